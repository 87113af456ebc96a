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
  };
  auto options = std::make_shared<Options>();
  command->add_option("RUN", options->run, "A run's path or id, a scenario's name, @latest, @prev")
      ->capture_default_str();
  command->add_option("--reports", options->reports, "Where runs are stored")
      ->capture_default_str();
  command->add_flag("--json", options->json, "Print result.json instead of the summary");
  command->callback([options, command, &context] {
    const auto exit =
        run::report_again(options->reports, options->run, invocation_of(context, *command, {}),
                          options->json ? run::Output::json : run::Output::summary);
    context.exit_status = exit ? static_cast<int>(*exit) : report_error(exit.error());
  });
}

}  // namespace votebench::cli
