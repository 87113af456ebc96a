// One process of several that send the votes of a run together: sends its share, and nothing else.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/result.h"
#include "report/exit_code.h"
#include "run/display.h"
#include "run/signals.h"

namespace votebench::run {

struct ShardRequest {
  std::filesystem::path directory;     // of the ticket
  std::optional<std::uint32_t> index;  // nothing: an engine's environment tells
};

// Claims the shard, waits for the common start, sends the share, closes its ledger. Reads no store,
// casts no probe, judges nothing; the status tells an engine whether it went well, never a verdict.
// passed: the share was sent, or the shard began before, elsewhere (nothing is sent then);
// interrupted, terminated: a signal ended it. Error (environment): nothing was sent (it was late,
// it was told to stop before), or the ledger could not be closed.
[[nodiscard]] Result<report::ExitCode> run_shard(const ShardRequest& request, Display& display,
                                                 const SignalWatcher& signals);

}  // namespace votebench::run
