// Everything that a run left on disk, opened for those who come later.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/result.h"
#include "ledger/run_directory.h"
#include "plan/plan.h"
#include "scenario/scenario.h"

namespace votebench::run {

struct StoredRun {
  ledger::RunDirectory directory;
  scenario::Scenario scenario;
  plan::RunPlan plan;
  std::unique_ptr<ledger::AttemptStore> attempts;
  // Of a run that ended before it had saved it: as far as manifest and slots tell.
  ledger::RunRecord record;
};

// Reads neither the target nor any secret. `selector` and `among` as in ledger/run_list.h. Errors:
// no such run (usage), a damaged one (environment).
[[nodiscard]] Result<StoredRun> open_stored_run(const std::filesystem::path& reports,
                                                const std::string& selector,
                                                ledger::Among among = ledger::Among::all);

}  // namespace votebench::run
