#include "run/trend_runs.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "ledger/run_list.h"
#include "report/write/render.h"
#include "run/stored_figures.h"

namespace votebench::run {
namespace {

Failure no_such_scenario(const std::string& wanted, const std::vector<ledger::RunSummary>& runs) {
  std::vector<std::string> names;
  for (const ledger::RunSummary& run : runs) names.push_back(run.scenario);
  const auto near = closest_match(wanted, names);
  return fail(ErrorKind::usage, fmt::format("no run of a scenario '{}'", printable(wanted)),
              near ? fmt::format("did you mean '{}'? `list` shows the runs that are there",
                                 printable(*near))
                   : "`list` shows the runs that are there, with their scenarios");
}

}  // namespace

Result<report::Trend> trend_of_runs(const WantedTrend& wanted, const Invocation& here) {
  const std::vector<ledger::RunSummary> runs = ledger::list_runs(wanted.reports);
  std::string scenario = wanted.scenario;
  const auto newest = std::ranges::find(runs, false, &ledger::RunSummary::not_run);
  if (scenario.empty() && newest != runs.end()) scenario = newest->scenario;
  if (!wanted.scenario.empty() &&
      std::ranges::find(runs, scenario, &ledger::RunSummary::scenario) == runs.end())
    return no_such_scenario(scenario, runs);
  StoredHistory stored = stored_history(wanted.reports, scenario);
  report::Trend trend = report::trend_of(std::move(stored.runs), wanted.last, here);
  trend.left_out.insert(trend.left_out.end(), stored.damaged.begin(), stored.damaged.end());
  return trend;
}

Result<> save_trend(const report::Trend& trend, const std::filesystem::path& directory) {
  return save_pages(
      directory, "trend",
      {report::trend_html(trend), report::trend_markdown(trend), report::trend_json(trend)});
}

}  // namespace votebench::run
