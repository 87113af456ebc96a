#include "ledger/run_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/os.h"
#include "ledger/files.h"
#include "ledger/manifest.h"

namespace votebench::ledger {
namespace {

namespace fs = std::filesystem;

// Real directories only: the links would list a run twice.
std::vector<fs::path> directories_in(const fs::path& parent) {
  std::vector<fs::path> found;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(parent, none))
    if (!entry.is_symlink(none) && entry.is_directory(none)) found.push_back(entry.path());
  return found;
}

std::optional<std::string> verdict_of(const fs::path& run) {
  const Result<std::string> text = read_file(run / kResultFile);
  if (!text) return std::nullopt;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  const auto verdict = json.is_object() ? json.find("verdict") : json.end();
  if (verdict == json.end() || !verdict->is_string()) return std::nullopt;
  return verdict->get<std::string>();
}

std::optional<RunSummary> summary_of(const fs::path& run) {
  const Result<std::string> text = read_file(run / kManifestFile);
  if (!text) return std::nullopt;
  const Result<Manifest> manifest = parse_manifest(*text);
  if (!manifest) return std::nullopt;
  return RunSummary{run,
                    manifest->scenario_name,
                    manifest->run.hex(),
                    manifest->t0_wall,
                    fs::exists(run / kEndFile),
                    verdict_of(run)};
}

Failure not_found(const fs::path& reports, const std::string& selector) {
  return fail(ErrorKind::usage, fmt::format("no run '{}' in {}", selector, reports.string()),
              "`list` shows the runs that are there");
}

}  // namespace

std::vector<RunSummary> list_runs(const fs::path& reports) {
  std::vector<RunSummary> runs;
  for (const fs::path& scenario : directories_in(reports))
    for (const fs::path& run : directories_in(scenario))
      if (std::optional<RunSummary> summary = summary_of(run)) runs.push_back(std::move(*summary));
  std::sort(runs.begin(), runs.end(), [](const RunSummary& a, const RunSummary& b) {
    return std::pair(b.started, b.path) < std::pair(a.started, a.path);
  });
  return runs;
}

Result<fs::path> find_run(const fs::path& reports, const std::string& selector) {
  std::error_code none;
  if (fs::exists(fs::path(selector) / kManifestFile, none)) return fs::path(selector);
  const std::vector<RunSummary> runs = list_runs(reports);
  if (selector == "@latest" || selector == "@prev") {
    const std::size_t place = selector == "@latest" ? 0 : 1;
    if (place >= runs.size()) return not_found(reports, selector);
    return runs[place].path;
  }
  const auto run = std::find_if(runs.begin(), runs.end(), [&](const RunSummary& r) {
    return r.run_id == selector || r.path.filename() == selector || r.scenario == selector;
  });
  if (run == runs.end()) return not_found(reports, selector);
  return run->path;
}

}  // namespace votebench::ledger
