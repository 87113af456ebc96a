// A run whose votes others send: its observer, and its judgement once more.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/invocation.h"
#include "core/result.h"
#include "report/exit_code.h"
#include "run/display.h"
#include "run/publish.h"
#include "run/signals.h"
#include "vote/target_settings.h"

namespace votebench::run {

struct ObserveRequest {
  std::filesystem::path directory;       // of the ticket
  std::optional<TargetSettings> target;  // nothing: as it was prepared
  std::string reports;                   // empty: as the scenario says
  bool assume_yes = false;
  std::string metrics_listen;
  Output output = Output::summary;
  Invocation invocation{};
};

// As run::execute(), but for the load: waits for the shards. Its status is the run's.
[[nodiscard]] Result<report::ExitCode> observe(const ObserveRequest& request, Display& display,
                                               const SignalWatcher& signals);

struct MergeRequest {
  std::filesystem::path directory;  // of the ticket
  Output output = Output::summary;
  Invocation invocation{};
};

// Makes the run's ledger again of what the directory of the ticket holds now, and reports on it
// with the evidence that the observer gathered. Reads neither store. Error (environment): the
// observer gathered none.
[[nodiscard]] Result<report::ExitCode> merge_again(const MergeRequest& request);

}  // namespace votebench::run
