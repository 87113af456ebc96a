#include "cli/commands.h"
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
  add_run_argument(*command, request.run)->required();
  command->add_flag("--yes", request.assume_yes, "Do not ask");
  command->add_option("--target", options->target, "Where the stores are now, if they moved");
  add_reports_option(*command, request.reports);
  command->callback([options, &context] { context.exit_status = exit_status_of(clean(*options)); });
}

}  // namespace votebench::cli
