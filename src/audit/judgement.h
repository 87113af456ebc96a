// Where the judges of single voters count what they find, and what they may claim.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "audit/audit.h"
#include "audit/ballots.h"
#include "vote/verdict.h"

namespace votebench::audit {

// What is classified: votes by their outcome, and rows.
enum class Subject : std::uint8_t { acked, ambiguous, unsent, row };

// The second sum: every vote and every row is counted here once, in exactly one class.
class Tally {
 public:
  static constexpr std::size_t kClasses = static_cast<std::size_t>(VoteClass::not_counted) + 1;

  void add(Subject subject, VoteClass vote_class, std::uint64_t count = 1) {
    counts_[index(subject)][index(vote_class)] += count;
  }
  [[nodiscard]] std::uint64_t of(Subject subject, VoteClass vote_class) const {
    return counts_[index(subject)][index(vote_class)];
  }
  // Votes of every outcome, without rows.
  [[nodiscard]] std::uint64_t votes(VoteClass vote_class) const {
    return of(Subject::acked, vote_class) + of(Subject::ambiguous, vote_class) +
           of(Subject::unsent, vote_class);
  }
  [[nodiscard]] std::uint64_t sum(Subject subject) const;

 private:
  template <typename Enum>
  static constexpr std::size_t index(Enum value) {
    return static_cast<std::size_t>(value);
  }
  std::array<std::array<std::uint64_t, kClasses>, 4> counts_{};
};

// An anomaly before it is written out.
struct Suspicion {
  static constexpr std::uint32_t kNoCast = std::numeric_limits<std::uint32_t>::max();
  VoteClass vote_class{};
  VoterIndex voter = 0;
  std::uint32_t cast = kNoCast;      // place among the voter's attempts, in order of start
  std::optional<ChoiceIndex> found;  // what the row holds, nothing: no row
};

// True when an acked vote without a row may be called lost, or one whose row shows an earlier vote
// stale: nothing can still be on its way, and the stores are those that the run started with.
[[nodiscard]] bool absence_is_proven(const AuditInput& input);

class Judgement {
 public:
  Judgement(const AuditInput& input, const Ballots& ballots);

  void vote(Cast cast, VoteClass vote_class);
  // From now on the classes of all votes go there, too, in the order in which they are judged: per
  // voter the order of their starts.
  void listen(std::vector<VoteClass>& classes) { classes_ = &classes; }
  void votes(Subject outcome, VoteClass vote_class, std::uint64_t count) {
    tally_.add(outcome, vote_class, count);
  }
  void row(VoteClass vote_class) { rows(vote_class, 1); }
  void rows(VoteClass vote_class, std::uint64_t count) {
    tally_.add(Subject::row, vote_class, count);
  }
  void blind_vote() { ++blind_; }
  // A lost vote of a voter with `votes` of them: one that was seen in the queue came that far.
  void lost(VoterIndex voter, std::size_t votes);
  void lost_or_changed(std::uint64_t pairs) { lost_or_changed_ += pairs; }
  // Remembers a witness; the first kMaxFindings of each class are kept.
  void suspect(const Suspicion& suspicion);

  // The class of an acked vote that the rows do not show: `when_proven` (lost or stale), or how it
  // is pending. `nth` counts the missing votes of one voter: the first ones are those that were
  // seen in the lists.
  [[nodiscard]] VoteClass absent(VoterIndex voter, std::size_t nth, VoteClass when_proven);

  // What the rows show stands, whatever may still be on its way: of values and of surplus rows.
  [[nodiscard]] bool flips_stand() const { return flips_stand_; }
  [[nodiscard]] bool duplicates_stand() const { return duplicates_stand_; }
  // A row too many.
  void surplus_row(VoterIndex voter, ChoiceIndex choice);

  // After a crash of the host: takes one of the votes whose slots are empty as the explanation of
  // a row, while there are any.
  [[nodiscard]] bool take_unrecorded();

  // A row of a voter without attempts.
  void stray(const Stray& row);
  // Counts the unrecorded votes that explain no row. Last call.
  void close();

  [[nodiscard]] const Tally& tally() const { return tally_; }
  [[nodiscard]] std::uint64_t blind() const { return blind_; }
  // Of which votes are pending, whatever their order.
  [[nodiscard]] std::uint64_t pending_mark() const { return pending_mark_; }
  [[nodiscard]] std::uint64_t lost_behind_vote() const { return lost_behind_vote_; }
  [[nodiscard]] std::uint64_t lost_or_changed() const { return lost_or_changed_; }
  [[nodiscard]] const std::vector<Suspicion>& suspicions() const { return suspicions_; }

 private:
  bool absence_proven_;
  bool flips_stand_;
  bool duplicates_stand_;
  bool record_may_lack_votes_;
  std::uint64_t unrecorded_;
  std::vector<VoterIndex> seen_;       // sorted
  std::vector<VoterIndex> listed_;     // sorted, one per element
  std::vector<VoterIndex> in_flight_;  // sorted, one per element
  Tally tally_;
  std::vector<VoteClass>* classes_ = nullptr;
  std::uint64_t blind_ = 0;
  std::uint64_t pending_mark_ = 0;
  std::uint64_t lost_or_changed_ = 0;
  std::uint64_t lost_behind_vote_ = 0;
  std::vector<Suspicion> suspicions_;
  std::array<std::size_t, Tally::kClasses> kept_{};
};

// What the only row of a voter on a last-wins table means; `casts` in order of start, not empty.
[[nodiscard]] VoteClass class_of_row(std::span<const Cast> casts, ChoiceIndex row);

// The two table models: every vote and every row of the voters with attempts into one class each.
void judge_last_wins(Ballots& ballots, Judgement& judgement);
void judge_append(Ballots& ballots, Judgement& judgement);

}  // namespace votebench::audit
