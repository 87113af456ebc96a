#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "core/print.h"
#include "core/text.h"
#include "ledger/run_directory.h"

namespace votebench::cli {
namespace {

std::string state_of(const ledger::RunSummary& run) {
  if (!run.unreadable.empty()) return "unreadable";
  return printable(run.verdict.value_or(run.closed ? "-" : "unfinished"), 13);
}

void suggest_a_run(const std::string& reports, Invocation typed) {
  typed.command = "run";
  typed.options.insert(typed.options.begin(), {{"--votes", "1000"}, {"--clients", "40"}});
  print_out("no runs under {}; start one with: {}\n", reports, shell_text(typed, typed.directory));
}

int print_runs(const std::string& reports, const Invocation& typed) {
  const std::vector<ledger::RunSummary> runs = ledger::list_runs(reports);
  if (runs.empty()) {
    suggest_a_run(reports, typed);
    return 0;
  }
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
              state_of(run), scenario);
  }
  for (const ledger::RunSummary& run : runs)
    if (!run.unreadable.empty())
      print_err("votebench: warning: {}: its manifest cannot be read: {}\n",
                printable(run.path.string()), printable(run.unreadable));
  return 0;
}

}  // namespace

void add_list(CLI::App& app, Context& context) {
  CLI::App* command = add_command(app, "list", "List the stored runs, the newest first",
                                  "  votebench list\n"
                                  "  votebench list --reports reports\n");
  auto reports = std::make_shared<std::string>("reports");
  const CLI::Option* option = add_reports_option(*command, *reports);
  command->callback([=, &context] {
    context.exit_status = print_runs(*reports, invocation_of(context, *command, {option}));
  });
}

}  // namespace votebench::cli
