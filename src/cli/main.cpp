// The votebench program: parses, calls, prints, exits.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/help.h"
#include "cli/mistakes.h"
#include "cli/version.h"
#include "core/print.h"
#include "report/exit_code.h"
#include "scenario/keys.h"
#include "stack/kind.h"
#include "stack/local/guardian.h"

namespace {

using votebench::cli::explain_mistake;
using votebench::cli::report_error;

constexpr char kAbout[] =
    "Every vote accounted for: load testing and verification of voting stacks\n"
    "(web app -> Redis list -> worker -> PostgreSQL).\n"
    "\n"
    "Examples:\n"
    "  votebench run --votes 1000 --clients 40\n"
    "  votebench run quick\n"
    "  votebench validate quick\n"
    "  votebench verify\n"
    "  votebench list\n";

// "help WORDS" is "WORDS --help".
int parse_and_run(CLI::App& app, std::vector<std::string> words, const int& exit_status) {
  if (words.empty()) {
    votebench::write_out(app.help());
    return static_cast<int>(votebench::report::ExitCode::usage);
  }
  if (words.front() == "help") {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  std::ranges::reverse(words);  // as CLI11 wants them
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // help, version
    return report_error(explain_mistake(app, error));
  } catch (const std::exception& error) {  // a bug, or no memory: stacks are still taken down
    return report_error({votebench::ErrorKind::internal, error.what(), {}});
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
  app.formatter(cli::help_formatter());
  app.set_version_flag("-V,--version", cli::version_text(), "Print the version and exit");
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.require_subcommand(1);
  cli::add_run(app, context);
  cli::add_shards(app, context);
  cli::add_observe(app, context);
  cli::add_merge(app, context);
  cli::add_verify(app, context);
  cli::add_show(app, context);
  cli::add_explain(app, context);
  cli::add_report(app, context);
  cli::add_compare(app, context);
  cli::add_trend(app, context);
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
  cli::add_completion(app, context);
  cli::add_man(app, context);
  app.footer(cli::exit_statuses());  // behind the commands, which would inherit it
  return parse_and_run(app, {argv + 1, argv + argc}, context.exit_status);
}
