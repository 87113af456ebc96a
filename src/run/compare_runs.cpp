#include "run/compare_runs.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/output_file.h"
#include "core/text.h"
#include "ledger/files.h"
#include "ledger/journal.h"
#include "ledger/later_verdict.h"
#include "ledger/run_directory.h"
#include "report/compare/statistics.h"
#include "report/write/render.h"
#include "run/stored_scenario.h"
#include "scenario/write.h"

namespace votebench::run {
namespace {

namespace fs = std::filesystem;

// A run that ended before it was reported has its scenario and nothing else.
Result<report::RunFigures> read_figures(const ledger::RunDirectory& directory,
                                        const std::string& name) {
  const Result<std::string> json = directory.load_text(name);
  if (!json) return report::RunFigures{};
  Result<report::RunFigures> figures = report::read_figures(*json);
  if (figures) return figures;
  return fail(ErrorKind::environment,
              fmt::format("{}/{} cannot be read: {}", directory.path().string(), name,
                          figures.error().message),
              fmt::format("`report {}` writes it again", shell_word(directory.path().string())));
}

// What a later look proved of the votes goes before what the run said of them.
Result<report::RunFigures> figures_of(const ledger::RunDirectory& directory) {
  TRY_ASSIGN(report::RunFigures figures, read_figures(directory, ledger::kResultFile));
  const auto later = ledger::later_verdict(directory.path());
  if (!later) return figures;
  TRY_ASSIGN(const report::RunFigures found, read_figures(directory, later->file));
  figures.audited = found.audited;
  figures.audit = found.audit;
  figures.defects = found.defects;
  return figures;
}

Result<report::RunFigures> load(const fs::path& path) {
  TRY_ASSIGN(const ledger::RunDirectory directory, ledger::RunDirectory::open("", path.string()));
  TRY_ASSIGN(const ledger::Manifest begin, directory.begin());
  TRY_ASSIGN(report::RunFigures figures, figures_of(directory));
  TRY_ASSIGN(const scenario::Scenario scenario, stored_scenario(begin));
  std::error_code none;
  const fs::path real = fs::canonical(path, none);  // `latest` is a link
  figures.id = (none ? path : real).filename().string();
  figures.directory = path.string();
  figures.scenario = scenario.name;
  figures.invocation = begin.invocation;
  figures.own_stack = fs::exists(path / ledger::kStackRecordFile, none);
  if (figures.started.empty()) figures.started = format_utc(begin.t0_wall);
  figures.settings = scenario::settings_of(scenario);
  return figures;
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
    TRY_ASSIGN(report::RunFigures figures, load(path));
    side.runs.push_back(std::move(figures));
  }
  return side;
}

Result<SelectedRuns> select(const fs::path& reports, const std::string& selector) {
  TRY_ASSIGN(std::vector<fs::path> paths, ledger::select_runs(reports, selector));
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
  return report::compare(std::move(baseline), std::move(candidate), here);
}

Result<> save_comparison(const report::Comparison& comparison, const fs::path& directory) {
  if (directory == "-")
    return fail(ErrorKind::usage, "a comparison's three files cannot go to standard output",
                "name a directory; --json prints comparison.json");
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    return fail(ErrorKind::environment,
                fmt::format("cannot create {}: {}", directory.string(), error.message()));
  TRY(write_output(directory / "comparison.html",
                   report::comparison_html(with_courses(comparison))));
  TRY(write_output(directory / "comparison.md", report::comparison_markdown(comparison)));
  return write_output(directory / "comparison.json", report::comparison_json(comparison));
}

}  // namespace votebench::run
