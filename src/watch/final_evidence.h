// What was read at the end, set against the baseline, as the audit wants it. Pure.
#pragma once

#include "adapters/queue.h"
#include "adapters/store.h"
#include "vote/evidence.h"
#include "watch/queue_tracker.h"

namespace votebench::watch {

// Elements of all lists that may be votes of ours and do not say so: of an unknown form in a list
// where no id of ours was ever readable, or beyond what was read. Where votes bear ids of the app,
// every element is one.
[[nodiscard]] std::uint64_t unreadable_elements(const adapters::QueueContents& contents,
                                                const QueueHistory& history, bool counts_only);

// A list holds votes of ours, without probes, or elements that may be some.
[[nodiscard]] bool may_hold_own_votes(const adapters::QueueContents& contents,
                                      const QueueHistory& history, bool counts_only);

// `contents` is null when the queue could not be read at the end.
[[nodiscard]] QueueEvidence queue_evidence(const QueueBaseline& baseline,
                                           const QueueHistory& history,
                                           const adapters::QueueContents* contents);

// The table at the end. Nothing in it when `readable` would be false.
struct FinalRows {
  StoreIdentity store;
  bool is_replica = false;
  RowSet rows;
};

// `end` is null when the rows could not be read.
[[nodiscard]] RowEvidence row_evidence(const RowBaseline& baseline, FinalRows* end);

}  // namespace votebench::watch
