// What is said of the shards of a run: the same words in the verdict's reasons, on pages and in
// result.json.
#pragma once

#include <string>

#include "ledger/shard_record.h"
#include "vote/advice.h"

namespace votebench::report {

// "shard 3 (node-7) sent nothing: it was ready 41 s after the common start"; empty: it sent its
// whole share. A lost shard's says what that means for its votes.
[[nodiscard]] std::string shard_fault(const ledger::ShardRecord& shard);
// What to do about it; empty without a fault.
[[nodiscard]] Advice shard_advice(const ledger::ShardRecord& shard);

// "sent", "killed", "late or not fit": a word or two for a column.
[[nodiscard]] std::string_view shard_word(ledger::ShardState state);

// "2 s ± 4 ms", of its clock against the directory's; "the observer's": they are one; "-": not
// known.
[[nodiscard]] std::string shard_clock(const ledger::ShardRecord& shard);

}  // namespace votebench::report
