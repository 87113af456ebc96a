#include "run/compare_runs.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/files.h"
#include "ledger/journal.h"
#include "ledger/run_list.h"
#include "report/compare/statistics.h"
#include "report/write/render.h"
#include "run/stored_figures.h"

namespace votebench::run {
namespace {

namespace fs = std::filesystem;

// The scenario's runs beside those of b, where there are enough of them for a verdict.
std::vector<report::RunFigures> stored_beside(const report::Side& a, const report::Side& b) {
  if (std::min(a.runs.size(), b.runs.size()) < report::kFewestRuns) return {};
  std::error_code none;
  const fs::path run = fs::canonical(b.runs.front().directory, none);
  return stored_history(run.parent_path().parent_path(), b.runs.front().scenario).runs;
}

report::Comparison with_courses(report::Comparison comparison) {
  for (report::Side* side : {&comparison.a, &comparison.b})
    for (report::RunFigures& run : side->runs)
      if (const auto samples = ledger::read_samples(fs::path(run.directory) / ledger::kSamplesFile))
        run.course = report::course_of(*samples);
  return comparison;
}

}  // namespace

Result<report::Side> figures_of(const SelectedRuns& selected) {
  report::Side side{selected.name, {}};
  for (const fs::path& path : selected.paths) {
    TRY_ASSIGN(report::RunFigures figures, stored_figures(path));
    side.runs.push_back(std::move(figures));
  }
  return side;
}

Result<SelectedRuns> select(const fs::path& reports, const std::string& selector) {
  TRY_ASSIGN(std::vector<fs::path> paths,
             ledger::select_runs(reports, selector, ledger::Among::sent));
  if (paths.size() > report::kMostRunsASide)
    return fail(ErrorKind::usage,
                fmt::format("'{}' names {} runs, at most {} can be compared", selector,
                            paths.size(), report::kMostRunsASide),
                fmt::format("@last:{} takes the newest", report::kMostRunsASide));
  return SelectedRuns{selector, std::move(paths)};
}

Result<report::Comparison> compare_runs(const SelectedRuns& a, const SelectedRuns& b,
                                        const Invocation& here) {
  TRY_ASSIGN(report::Side baseline, figures_of(a));
  TRY_ASSIGN(report::Side candidate, figures_of(b));
  const auto on_b = [&](const report::RunFigures& run) {
    return std::ranges::any_of(candidate.runs,
                               [&](const auto& other) { return other.id == run.id; });
  };
  if (std::ranges::all_of(baseline.runs, on_b))
    return fail(ErrorKind::usage, fmt::format("'{}' and '{}' are the same runs", a.name, b.name),
                "name two runs or groups of them; `list` shows those that are there");
  std::vector<report::RunFigures> stored = stored_beside(baseline, candidate);
  return report::compare(std::move(baseline), std::move(candidate), here, std::move(stored));
}

Result<> save_comparison(const report::Comparison& comparison, const fs::path& directory) {
  return save_pages(directory, "comparison",
                    {report::comparison_html(with_courses(comparison)),
                     report::comparison_markdown(comparison), report::comparison_json(comparison)});
}

}  // namespace votebench::run
