#include "ledger/prune.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/os.h"
#include "ledger/files.h"
#include "ledger/manifest.h"

namespace votebench::ledger {
namespace {

namespace fs = std::filesystem;

// 20261120T180111Z-4281137b, with the id of the run.
bool named_as_run(const std::string& name, const std::string& run_id) {
  static constexpr std::string_view kForm = "00000000T000000Z-";
  if (name.size() != kForm.size() + run_id.size() || name.substr(kForm.size()) != run_id)
    return false;
  return std::equal(kForm.begin(), kForm.end(), name.begin(), [](char form, char c) {
    return form == '0' ? c >= '0' && c <= '9' : c == form;
  });
}

Failure refused(const fs::path& path, std::string_view why) {
  return fail(ErrorKind::environment, fmt::format("{} is not removed: {}", path.string(), why));
}

}  // namespace

std::vector<RunSummary> surplus_runs(const std::vector<RunSummary>& runs, const KeepRule& rule) {
  struct Kept {
    std::uint32_t runs = 0, failed = 0;
  };
  // By scenario; what was not run takes no run's place.
  std::map<std::pair<std::string, bool>, Kept> kept;
  std::vector<RunSummary> surplus;
  for (const RunSummary& run : runs) {
    if (!run.closed || !run.tags.empty()) continue;
    Kept& of_scenario = kept[{run.scenario, run.not_run}];
    if (of_scenario.runs < std::max(rule.runs, 1U)) {
      ++of_scenario.runs;
    } else if (run.verdict != "pass" && (!rule.failed || of_scenario.failed < *rule.failed)) {
      ++of_scenario.failed;
    } else {
      surplus.push_back(run);
    }
  }
  return surplus;
}

Result<> remove_run(const fs::path& reports, const RunSummary& run) {
  std::error_code error;
  if (fs::is_symlink(run.path, error) || !fs::is_directory(run.path, error))
    return refused(run.path, "it is no directory");
  if (!named_as_run(run.path.filename().string(), run.run_id))
    return refused(run.path, "it is not named as a run is");
  if (!fs::equivalent(run.path.parent_path().parent_path(), reports, error))
    return refused(run.path, "it is not below " + reports.string());
  const Result<std::string> text = read_file(run.path / kManifestFile);
  const Result<Manifest> manifest = parse_manifest(text.value_or(""));
  if (!manifest || manifest->run.hex() != run.run_id || !fs::exists(run.path / kEndFile, error))
    return refused(run.path, "it holds no closed run of that id");
  fs::remove_all(run.path, error);
  if (error) return refused(run.path, error.message());
  return {};
}

}  // namespace votebench::ledger
