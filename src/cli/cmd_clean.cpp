#include "cli/commands.h"
#include "cli/target_file.h"
#include "run/clean.h"

namespace votebench::cli {
namespace {

struct CleanOptions {
  run::CleanRequest request;
  std::string target;
};

Result<> clean(const CleanOptions& options) {
  run::CleanRequest request = options.request;
  if (!options.target.empty()) {
    TRY_ASSIGN(request.target, read_target_file(options.target));
  }
  return run::clean_run(request);
}

}  // namespace

void add_clean(CLI::App& app, Context& context) {
  CLI::App* command = add_command(app, "clean", "Remove exactly the rows that a run left",
                                  "  votebench clean @latest --yes\n");
  auto options = std::make_shared<CleanOptions>();
  run::CleanRequest& request = options->request;
  command->add_option("RUN", request.run, "A run's path or id, a scenario's name, @latest, @prev")
      ->required();
  command->add_flag("--yes", request.assume_yes, "Do not ask");
  command->add_option("--target", options->target, "Where the stores are now, if they moved");
  command->add_option("--reports", request.reports, "Where runs are stored")->capture_default_str();
  command->callback([options, &context] {
    const auto cleaned = clean(*options);
    context.exit_status = cleaned ? 0 : report_error(cleaned.error());
  });
}

}  // namespace votebench::cli
