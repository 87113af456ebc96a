#include "run/stored_figures.h"

#include <fmt/format.h>

#include <set>

#include "core/output_file.h"
#include "core/text.h"
#include "ledger/files.h"
#include "ledger/later_verdict.h"
#include "ledger/run_directory.h"
#include "ledger/run_list.h"
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

}  // namespace

Result<report::RunFigures> stored_figures(const fs::path& path) {
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
  figures.began = begin.t0_wall;
  figures.tags = begin.tags;
  if (figures.started.empty()) figures.started = format_utc(begin.t0_wall);
  figures.settings = scenario::settings_of(scenario);
  return figures;
}

StoredHistory stored_history(const fs::path& reports, const std::string& scenario) {
  StoredHistory history;
  report::LeftOut damaged{"damaged", {}};
  std::set<std::string> seen;  // a copy that was published below `reports` is the same run
  for (const ledger::RunSummary& run : ledger::list_runs(reports)) {
    if (run.scenario != scenario || history.runs.size() == kMostStored) continue;
    if (!seen.insert(run.path.filename().string()).second) continue;
    if (Result<report::RunFigures> figures = stored_figures(run.path))
      history.runs.push_back(std::move(*figures));
    else
      damaged.runs.push_back(run.path.filename().string());
  }
  if (!damaged.runs.empty()) history.damaged.push_back(std::move(damaged));
  return history;
}

Result<> save_pages(const fs::path& directory, const std::string& name, const Pages& pages) {
  if (directory == "-")
    return fail(ErrorKind::usage, "three files cannot go to standard output",
                "name a directory; --json prints " + name + ".json");
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    return fail(ErrorKind::environment,
                fmt::format("cannot create {}: {}", directory.string(), error.message()));
  TRY(write_output(directory / (name + ".html"), pages.html));
  TRY(write_output(directory / (name + ".md"), pages.markdown));
  return write_output(directory / (name + ".json"), pages.json);
}

}  // namespace votebench::run
