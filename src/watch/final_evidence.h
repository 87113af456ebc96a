// What was read at the end, set against the baseline, as the audit wants it. Pure.
#pragma once

#include "adapters/queue.h"
#include "adapters/store.h"
#include "vote/evidence.h"
#include "vote/voter_id.h"
#include "watch/queue_tracker.h"

namespace votebench::watch {

// Own ids, without probes, in the lists.
[[nodiscard]] bool holds_own_id(const adapters::QueueContents& contents, const VoterIds& ids);

// `contents` is null when the queue could not be read at the end.
[[nodiscard]] QueueEvidence queue_evidence(const QueueBaseline& baseline,
                                           const QueueHistory& history,
                                           const adapters::QueueContents* contents,
                                           const VoterIds& ids);

// The table at the end. Nothing in it when `readable` would be false.
struct FinalRows {
  StoreIdentity store;
  bool is_replica = false;
  RowSet rows;
};

// `end` is null when the rows could not be read.
[[nodiscard]] RowEvidence row_evidence(const RowBaseline& baseline, FinalRows* end);

}  // namespace votebench::watch
