// The votebench program: parses, calls, prints, exits.
#include <fmt/format.h>

#include "cli/commands.h"
#include "report/exit_code.h"
#include "scenario/keys.h"
#include "stack/kind.h"
#include "stack/local/guardian.h"

namespace {

constexpr char kAbout[] =
    "Every vote accounted for: load testing and verification of voting stacks\n"
    "(web app -> Redis list -> worker -> PostgreSQL).\n"
    "\n"
    "Examples:\n"
    "  votebench run --votes 1000 --clients 40\n"
    "  votebench run scenarios/quick.yaml\n"
    "  votebench validate scenarios/quick.yaml\n"
    "  votebench verify\n"
    "  votebench list\n";

constexpr std::size_t kColumnWidth = 26;

// Prints the description (with its examples) before the usage line; lists subcommands by the first
// line of theirs.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(kColumnWidth); }
  std::string make_subcommand(const CLI::App* command) const override {
    const std::string description = command->get_description();
    return fmt::format("  {:<{}}{}\n", command->get_display_name(), kColumnWidth - 2,
                       description.substr(0, description.find('\n')));
  }
};

std::string exit_statuses() {
  std::string text = "Exit status (the first that fits):\n";
  for (const votebench::report::ExitMeaning& meaning : votebench::report::exit_table())
    text += fmt::format("  {:<5}{}\n", static_cast<int>(meaning.code), meaning.summary);
  return text;
}

int parse_and_run(CLI::App& app, int argc, char** argv, const int& exit_status) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;   // CLI11's own codes are above 100
  } catch (const std::exception& error) {  // a bug, or no memory: stacks are still taken down
    return votebench::cli::report_error({votebench::ErrorKind::internal, error.what(), {}});
  }
  return exit_status;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace votebench;
  if (argc > 1 && std::string_view(argv[1]) == stack::kGuardianCommand)
    return stack::guardian_main(argc, argv);
  run::SignalWatcher signals;
  scenario::set_stack_words(stack::scenario_words());
  cli::Context context{argv[0], &signals};
  CLI::App app{kAbout, "votebench"};
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_version_flag("--version", "votebench " VOTEBENCH_VERSION);
  app.require_subcommand(1);
  app.footer(exit_statuses());
  cli::add_run(app, context);
  cli::add_verify(app, context);
  cli::add_show(app, context);
  cli::add_explain(app, context);
  cli::add_report(app, context);
  cli::add_compare(app, context);
  cli::add_list(app, context);
  cli::add_clean(app, context);
  cli::add_prune(app, context);
  cli::add_validate(app, context);
  cli::add_preflight(app, context);
  cli::add_schema(app, context);
  cli::add_init(app, context);
  cli::add_attach(app, context);
  cli::add_stack(app, context);
  cli::add_doctor(app, context);
  cli::add_selftest(app, context);
  return parse_and_run(app, argc, argv, context.exit_status);
}
