// The load of a run that others send: its shards.
#pragma once

#include "core/result.h"
#include "ledger/record.h"
#include "load/load.h"
#include "run/load_phase.h"
#include "shards/ledgers.h"

namespace votebench::run {

// Error (usage): somebody has observed it before.
[[nodiscard]] Result<> check_unobserved(const ShardedLoad& sharded);

// Takes the ticket for this run, which is what `run_directory` will be found by; only one observer
// can. Errors as above.
[[nodiscard]] Result<> take_ticket(const ShardedLoad& sharded,
                                   const std::filesystem::path& run_directory);

// The observer has to be ready before the shards begin: what was in the stores before the first
// vote is what everything is held against. Error (environment): it is not, nothing can be proven.
[[nodiscard]] Result<> check_in_time(const ShardedLoad& sharded, Instant t0, const Clock& clock);

// Waits for the shards and makes one ledger of theirs. REQUIRES: input.sharded. Error (internal):
// their ledgers contradict each other.
[[nodiscard]] Result<> await_shards(const LoadPhaseInput& input, load::LoadCounters& counters,
                                    const load::LoadStop& stop, ledger::RunRecord& record);

// What the merged ledgers are to the record of the run.
void note_shards(shards::Merged merged, ledger::RunRecord& record);

}  // namespace votebench::run
