#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "core/print.h"
#include "core/text.h"
#include "ledger/run_directory.h"

namespace votebench::cli {
namespace {

struct ListOptions {
  std::string reports = "reports";
  std::size_t limit = 0;  // 0: all
  bool failed = false;
  bool json = false;
};

std::vector<ledger::RunSummary> wanted_runs(const ListOptions& options) {
  std::vector<ledger::RunSummary> runs = ledger::list_runs(options.reports);
  if (options.failed)
    std::erase_if(runs, [](const ledger::RunSummary& run) { return run.verdict == "pass"; });
  if (options.limit > 0 && runs.size() > options.limit) runs.resize(options.limit);
  return runs;
}

void suggest_a_run(const std::string& reports, Invocation typed) {
  typed.command = "run";
  typed.options.insert(typed.options.begin(), {{"--votes", "1000"}, {"--clients", "40"}});
  print_out("no runs under {}; start one with: {}\n", reports, shell_text(typed, typed.directory));
}

void print_table(const std::vector<ledger::RunSummary>& runs) {
  std::size_t width = std::string_view("SCENARIO").size();
  for (const ledger::RunSummary& run : runs)
    if (!run.tags.empty()) width = std::max(width, printable(run.scenario).size());
  print_out("{:<10} {:<20} {:<13} {:<{}}  TAGS\n", "RUN", "STARTED (UTC)", "VERDICT", "SCENARIO",
            width);
  for (const ledger::RunSummary& run : runs) {
    std::string scenario = printable(run.scenario);
    if (!run.tags.empty()) scenario = fmt::format("{:<{}}", scenario, width);
    for (const std::string& tag : run.tags) scenario += "  @" + printable(tag);
    print_out("{:<10} {:<20} {:<13} {}\n", run.run_id, format_utc(run.started).substr(0, 19) + "Z",
              printable(ledger::state_of(run), 13), scenario);
  }
  for (const ledger::RunSummary& run : runs)
    if (!run.unreadable.empty())
      print_err("votebench: warning: {}: its manifest cannot be read: {}\n",
                printable(run.path.string()), printable(run.unreadable));
}

void print_runs(const ListOptions& options, const Invocation& typed) {
  const std::vector<ledger::RunSummary> runs = wanted_runs(options);
  if (options.json)
    write_out(ledger::runs_json(runs));
  else if (!runs.empty())
    print_table(runs);
  else if (options.failed && !ledger::list_runs(options.reports).empty())
    print_out("every run under {} passed\n", options.reports);
  else
    suggest_a_run(options.reports, typed);
}

}  // namespace

void add_list(CLI::App& app, Context& context) {
  CLI::App* command = add_command(app, "list", "List the stored runs, the newest first",
                                  "  votebench list\n"
                                  "  votebench list --failed --limit 5\n"
                                  "  votebench list --json\n");
  auto options = std::make_shared<ListOptions>();
  const CLI::Option* reports = add_reports_option(*command, options->reports);
  command->add_option("--limit", options->limit, "No more than the newest N")
      ->check(CLI::Range(1, 1000000).description(""));
  command->add_flag("--failed", options->failed, "Only runs that did not pass");
  command->add_flag("--json", options->json, "Print JSON instead of a table");
  command->callback(
      [=, &context] { print_runs(*options, invocation_of(context, *command, {reports})); });
}

}  // namespace votebench::cli
