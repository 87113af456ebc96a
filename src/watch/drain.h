// A drain while it goes on: what it has seen so far, and what that shows. Used by drain() alone.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <unordered_set>
#include <vector>

#include "watch/drain_words.h"
#include "watch/elsewhere.h"
#include "watch/empty_handed.h"
#include "watch/patience.h"
#include "watch/queue_view.h"
#include "watch/row_view.h"
#include "watch/settle.h"

namespace votebench::watch {

// The same votes have to be missing for so long.
inline constexpr Nanoseconds kStill = std::chrono::seconds(2);

// Changes whenever votes move.
struct Position {
  std::uint64_t waiting = 0;
  std::uint64_t pushed = 0;
  std::uint64_t rows = 0;
  std::uint64_t missing = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

class Drain {
 public:
  Drain(const DrainTask& task, Clock& clock, std::stop_token stop);
  DrainResult run();

 private:
  void look();
  // Each reads the evidence once more before it claims anything.
  SettleProof prove();
  bool everything_is_there();
  bool nobody_holds_a_vote();
  bool was_quiet_long_enough();
  SettleProof prove_by_stillness(bool everything_there);
  void cast_trailing_votes(bool everything_there);
  bool nothing_moves();
  bool nothing_waits_in_the_app();
  bool nothing_waits_elsewhere();
  Result<> look_elsewhere();
  void name_what_stands_elsewhere();
  [[nodiscard]] bool nobody_takes_votes() const;
  bool evidence_stands();
  [[nodiscard]] std::string settled_early() const;
  [[nodiscard]] std::size_t workers_since(Instant since) const;
  [[nodiscard]] std::size_t takers_ever_seen() const;

  bool is_pointless();
  Settlement settlement(SettleProof proof) const;
  [[nodiscard]] std::vector<std::string> assumptions() const;
  [[nodiscard]] DrainFindings findings() const;
  GivenUp state_when_given_up() const;
  std::string what_to_say() const;
  void report_status() const;

  // Once all are there, whoever holds an older vote or a second copy could change none of them.
  // Without a queue nobody can be asked.
  [[nodiscard]] bool rows_stay_as_they_are() const {
    return !counters() && (!task_.rows_may_change || !queue_);
  }
  // Numbers that whoever votes raises: only their standing still says anything.
  [[nodiscard]] bool counters() const { return rows_ && task_.row_baseline->counters.kept; }
  [[nodiscard]] bool rows_tell_voters() const {
    return task_.target.vote.identity != IdentityMode::none && !counters();
  }
  // Of the run; where none tells its voter, of everybody.
  [[nodiscard]] std::uint64_t rows() const {
    return rows_tell_voters() ? rows_->own_rows() : rows_->all_rows();
  }
  // What the workers have in hand was seen to stand in no side list.
  [[nodiscard]] bool by_side_lists() const {
    return why_nothing_is_held_ == SettleProof::empty_handed && hands_.leans_on_side_lists;
  }
  // Of rows with a value that nobody sent: where values were seen to change, as long as any worker
  // takes.
  [[nodiscard]] Nanoseconds time_to_come_right() const {
    return task_.row_baseline->values_change ? task_.target.worker_max_hold + kStill : kStill;
  }
  [[nodiscard]] bool lists_are_clear() const { return !queue_ || queue_->clear_since(); }
  [[nodiscard]] Nanoseconds elapsed() const { return clock_.now() - begin_; }

  const DrainTask& task_;
  Clock& clock_;
  const std::stop_token stop_;
  const Instant begin_;
  const std::unordered_set<std::string> nothing_carried_;
  std::optional<QueueView> queue_;
  std::optional<RowView> rows_;
  Patience patience_;
  DrainRate rate_;
  TrailingVotes trailing_;
  SerialCheck serial_;
  SerialCheck settling_;  // of queues that show what is in hand: then nobody holds any vote
  ElsewhereCheck elsewhere_;
  Instant elsewhere_due_{};
  Position position_;
  std::string obstacle_;
  HandsFinding hands_;
  bool looked_elsewhere_ = false;
  // By the last attempt to prove it: empty_handed or quiet; none where it failed, or was not
  // needed.
  SettleProof why_nothing_is_held_{};
};

}  // namespace votebench::watch
