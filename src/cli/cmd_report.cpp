#include "cli/commands.h"
#include "run/replay.h"

namespace votebench::cli {

void add_report(CLI::App& app, Context& context) {
  CLI::App* command = add_command(app, "report", "Judge and report a stored run again",
                                  "  votebench report\n"
                                  "  votebench report @latest\n"
                                  "  votebench report @latest --json\n");
  struct Options {
    std::string run = "@latest";
    std::string reports = "reports";
    bool json = false;
    bool explain = false;
  };
  auto options = std::make_shared<Options>();
  add_run_argument(*command, options->run);
  add_reports_option(*command, options->reports);
  command->add_flag("--json", options->json, "Print result.json instead of the summary");
  add_explain_option(*command, options->explain);
  command->callback([options, command, &context] {
    context.exit_status = exit_status_of(
        run::report_again(options->reports, options->run, invocation_of(context, *command, {}),
                          output_of(options->json, options->explain)));
  });
}

}  // namespace votebench::cli
