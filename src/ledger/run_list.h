// The runs under a reports directory, and how a person names one of them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace votebench::ledger {

// One line of `votebench list`.
struct RunSummary {
  std::filesystem::path path;
  std::string scenario;
  std::string run_id;  // 8 hexadecimal digits
  WallTime started{};
  bool closed = false;                 // has an end record
  std::optional<std::string> verdict;  // from result.json, if there is one
};

// Runs under `reports`, the newest first. Directories that hold no readable manifest are skipped.
[[nodiscard]] std::vector<RunSummary> list_runs(const std::filesystem::path& reports);

// The directory of one run. `selector`: its path, "@latest", "@prev" (the run before it), its run
// id, the name of its directory, or the name of a scenario (its latest run).
[[nodiscard]] Result<std::filesystem::path> find_run(const std::filesystem::path& reports,
                                                     const std::string& selector);

}  // namespace votebench::ledger
