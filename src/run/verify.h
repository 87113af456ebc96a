// A stored run, judged again by what queue and table hold now. (Design: audit, section 8.)
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

struct VerifyRequest {
  std::filesystem::path reports = "reports";
  std::string run = "@latest";
  bool stored = false;                   // the saved rows alone
  std::optional<TargetSettings> target;  // where the stores are now; nothing: where they were
  std::optional<Nanoseconds> timeout;    // of settling again; nothing: the scenario's, at least
                                         // as long as a worker may hold a vote
  Output output = Output::summary;       // on standard output; never JSON
  Invocation invocation{};               // as it was typed
};

// Writes verify-<UTC>.md and .json beside the run's own report, which stays as it is, and prints
// the summary. Errors: as of open_stored_run, and secrets of the target that cannot be found
// (usage). A target that cannot be read is no error: the verdict says so.
[[nodiscard]] Result<report::ExitCode> verify(const VerifyRequest& request, Display& display,
                                              const SignalWatcher& signals);

}  // namespace votebench::run
