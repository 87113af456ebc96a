// What the shards of a run left in its directory, and one ledger made of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/result.h"
#include "ledger/attempt_store.h"
#include "ledger/record.h"
#include "ledger/shard_record.h"
#include "plan/plan.h"
#include "shards/ticket.h"

namespace votebench::shards {

// What the directory shows of a shard now.
struct ShardSigns {
  bool claimed = false;
  bool closed = false;
  bool dead = false;  // it left its ledger open and has ended, as far as this machine can tell
};
[[nodiscard]] ShardSigns look_at_shard(const std::filesystem::path& directory, std::uint32_t index);

struct Merged {
  std::vector<ledger::ShardRecord> shards;  // by index
  // Of the whole load: sums of votes, threads and processor time, the worst of what says how good
  // the generators were. `planned`, `completed`, `stopped`, `length`, too.
  ledger::LoadRecord load;
};

// Puts every attempt of every shard into `into`, a new store with room for the plan, as raw as it
// is: counts and percentiles are those of the union. Votes of which nobody knows whether they were
// sent are put there as begun: those below the highest of a shard that was killed; all the rest of
// a shard whose ledger is lost, or was left open on another machine.
// Error (internal): two ledgers hold one vote, or one holds a vote of another's; both are named.
[[nodiscard]] Result<Merged> merge_ledgers(const std::filesystem::path& directory,
                                           const Ticket& ticket, const plan::RunPlan& plan,
                                           ledger::AttemptStore& into);

}  // namespace votebench::shards
