// After the load: wait until absence means loss, or until waiting is pointless; then read the
// evidence that the audit judges. (Design: audit, section 6.)
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

#include "adapters/queue.h"
#include "adapters/store.h"
#include "core/clock.h"
#include "vote/evidence.h"
#include "vote/target_settings.h"
#include "vote/voter_id.h"
#include "watch/queue_tracker.h"
#include "watch/serial_check.h"
#include "watch/trailing_votes.h"

namespace votebench::watch {

// What the drain knows at one moment, for the live view.
struct DrainStatus {
  Nanoseconds elapsed{};
  std::uint64_t waiting = 0;  // elements in the list and the side lists
  std::uint64_t missing = 0;  // acked votes without their row at the last reading of the table
  double rate_per_s = 0;      // 0 = not known
};

// References outlive the call. Absent stores are null, with their baselines.
struct DrainTask {
  const TargetSettings& target;
  const VoterIds& ids;
  const ChoiceNames& choices;
  Nanoseconds timeout = std::chrono::seconds(60);
  adapters::QueueProbe* queue = nullptr;
  const QueueBaseline* queue_baseline = nullptr;
  adapters::RowStore* rows = nullptr;
  const RowBaseline* row_baseline = nullptr;
  // Acked votes that the rows do not show yet: voters without a row, append-table votes without
  // theirs, and voters whose row is not at an admissible final value (a re-vote is still on its
  // way). None means "complete".
  std::function<MissingVotes(const RowEvidence&)> missing_acked{};
  // Rows that are there may still change or be joined by others; then all votes having their rows
  // does not end the drain.
  bool rows_may_change = false;
  // Casts one vote of ours; empty: no trailing votes are cast.
  CastOne cast_trailing{};
  // What the sampler saw from the baseline on; empty: nobody watched (verify).
  std::function<QueueHistory()> history{};
  // And of what the workers hold, asked for again and again; may be empty.
  std::function<InHandFall()> in_hand_fall{};
  // A count that the sampler saw go back; may be empty.
  std::function<std::string()> rows_fell{};
  // True only when the process behind a client that vanished is known to have ended. May be empty.
  std::function<bool(const QueueClient&)> client_is_dead{};
  std::function<void(const DrainStatus&)> on_status{};  // about ten times a second; may be empty
};

struct DrainResult {
  Settlement settlement;
  QueueEvidence queue;  // read in one transaction, after the proof
  RowEvidence rows;     // read in one snapshot, after the proof
};

// The time limit counts only while nothing moves, and a drain that moves goes on past it only when
// its rate says that it ends within kHardCapFactor times the limit. After that, or when `stop` is
// requested, the evidence is read once and the settlement has no proof.
inline constexpr int kHardCapFactor = 2;

// Blocks. Never fails: what cannot be read is said in the evidence (readable, readable_at_end).
[[nodiscard]] DrainResult drain(const DrainTask& task, Clock& clock, std::stop_token stop = {});

}  // namespace votebench::watch
