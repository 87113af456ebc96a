// Everything that a run left on disk, opened for those who come later.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  std::vector<Sample> samples;
  std::vector<RunEvent> events;
  std::optional<ledger::Evidence> evidence;  // nothing: the run ended before it had gathered it
  bool host_crashed = false;                 // unclosed, and the machine was started anew since

  // What the run knew of itself; put together from manifest and slots where it did not say.
  [[nodiscard]] RunFacts facts() const;
  // Why nothing was sent, where that is so.
  [[nodiscard]] std::optional<Error> unfit() const;
};

// Reads neither the target nor any secret. `selector` as in ledger/run_list.h. Errors: no such run
// (usage), a damaged one (environment).
[[nodiscard]] Result<StoredRun> open_stored_run(const std::filesystem::path& reports,
                                                const std::string& selector);

}  // namespace votebench::run
