#include <map>

#include "cli/commands.h"
#include "cli/help.h"
#include "run/observe.h"

namespace votebench::cli {
namespace {

struct ObserveOptions {
  run::ObserveRequest request;
  std::string target;
  run::ProgressMode progress = run::ProgressMode::automatic;
  bool json = false;
  bool explain = false;
};

int observe(const ObserveOptions& options, Invocation typed, const Context& context) {
  run::ObserveRequest request = options.request;
  request.invocation = std::move(typed);
  request.output = output_of(options.json, options.explain);
  if (!options.target.empty()) {
    Result<TargetSettings> target = read_target_file(options.target);
    if (!target) return report_error(target.error());
    request.target = *std::move(target);
  }
  run::Display display(options.progress);
  const Result<report::ExitCode> done = run::observe(request, display, *context.signals);
  display.clear();
  return exit_status_of(done);
}

}  // namespace

void add_observe(CLI::App& app, Context& context) {
  CLI::App* command =
      add_command(app, "observe", "Watch and judge a run that several processes send",
                  "  votebench observe --ticket D\n");
  auto options = std::make_shared<ObserveOptions>();
  command
      ->add_option("--ticket", options->request.directory,
                   "The directory that `shards prepare` made")
      ->type_name("DIR")
      ->required();
  command
      ->add_option("--target", options->target,
                   "Where the stack is for the observer, if not as it was prepared")
      ->type_name("FILE");
  const CLI::Option* reports =
      command
          ->add_option("--reports", options->request.reports,
                       "Where runs are stored (default: as the scenario says)")
          ->type_name("DIR");
  command->add_flag("--yes", options->request.assume_yes,
                    "Do not ask before rows are left in a remote database");
  command
      ->add_option("--metrics-listen", options->request.metrics_listen,
                   "Serves Prometheus metrics at ADDRESS:PORT while the run lasts")
      ->type_name("ADDRESS");
  add_progress_option(*command, options->progress);
  command->add_flag("--json", options->json, "Print result.json instead of the summary");
  add_explain_option(*command, options->explain);
  command->footer(exit_statuses());
  command->callback([=, &context] {
    context.exit_status = observe(*options, invocation_of(context, *command, {reports}), context);
  });
}

}  // namespace votebench::cli
