// Which old runs may go, and their removal. Only directories that are certainly runs of ours, and
// closed, are ever removed: a run that is still going on, or was killed, is left alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/result.h"
#include "ledger/run_list.h"

namespace votebench::ledger {

struct KeepRule {
  // Of each scenario, the newest; at least 1. As many that were not run are kept beside them.
  std::uint32_t runs = 1;
  std::optional<std::uint32_t> failed;  // older ones that did not pass, the newest; nothing: all
};

// Those of `runs` (the newest first, as list_runs gives them) that the rule does not keep. Runs
// with a tag and runs that are not closed are always kept, and count for nothing.
[[nodiscard]] std::vector<RunSummary> surplus_runs(const std::vector<RunSummary>& runs,
                                                   const KeepRule& rule);

// Removes the directory of a run. Fails, and removes nothing, where it is a link, is not named as
// runs are, lies elsewhere than two levels below `reports`, or holds no manifest of that run.
[[nodiscard]] Result<> remove_run(const std::filesystem::path& reports, const RunSummary& run);

}  // namespace votebench::ledger
