// A table where k votes are k rows: rows and votes of one voter are matched by value.
//
// Each row takes an acked vote of its value, else an ambiguous one, else (a surplus row) one of its
// value that was not sent. What is left over are rows that are too many and votes that are missing:
// a pair of them is a flipped vote, the rest is duplicated and lost.
#include <algorithm>

#include "audit/judgement.h"

namespace votebench::audit {
namespace {

constexpr VoteClass kUndecided = VoteClass::not_counted;

bool is_acked(Cast cast) { return cast.is(Outcome::acked); }
bool is_ambiguous(Cast cast) { return cast.is(Outcome::ambiguous); }
bool is_unsent(Cast cast) { return cast.unsent(); }
bool any_value(ChoiceIndex) { return true; }

// Judges one voter after the other.
class AppendJudge {
 public:
  explicit AppendJudge(Judgement& judgement) : judgement_(judgement) {}

  void judge(const VoterCase& voter) {
    voter_ = voter;
    fates_.assign(voter.casts.size(), kUndecided);
    surplus_.clear();
    next_surplus_ = 0;
    match_rows();
    pair_surplus(VoteClass::flipped, any_value, is_acked);
    // An ambiguous vote may well be absent: only a value that nobody sent proves a change.
    pair_surplus(
        VoteClass::flipped, [&](ChoiceIndex row) { return !was_sent(row); }, is_ambiguous);
    // Our own word "not sent" is more doubtful than a forged row.
    if (std::all_of(voter.casts.begin(), voter.casts.end(), is_unsent))
      pair_surplus(VoteClass::contradiction, any_value, is_unsent);
    for (; next_surplus_ < surplus_.size(); ++next_surplus_)
      count_row(VoteClass::duplicated, surplus_[next_surplus_]);
    classify_what_is_missing();
    for (std::size_t i = 0; i < fates_.size(); ++i) judgement_.vote(voter_.casts[i], fates_[i]);
  }

 private:
  static constexpr std::size_t kNobody = static_cast<std::size_t>(-1);

  template <typename Predicate>
  std::size_t first_undecided(Predicate&& holds) const {
    for (std::size_t i = 0; i < fates_.size(); ++i)
      if (fates_[i] == kUndecided && holds(voter_.casts[i])) return i;
    return kNobody;
  }

  // Gives `row` to an undecided attempt, which it decides.
  void decide(std::size_t cast, VoteClass vote_class, ChoiceIndex row) {
    fates_[cast] = vote_class;
    count_row(vote_class, row, static_cast<std::uint32_t>(cast));
  }

  void count_row(VoteClass vote_class, ChoiceIndex row,
                 std::uint32_t cast = Suspicion::kNoCast) const {
    judgement_.row(vote_class);
    if (vote_class != VoteClass::persisted && vote_class != VoteClass::recovered)
      judgement_.suspect({vote_class, voter_.voter, cast, row});
  }

  void match_rows() {
    rows_.assign(voter_.rows.begin(), voter_.rows.end());
    std::sort(rows_.begin(), rows_.end());
    for (const ChoiceIndex row : rows_)
      if (!match(row)) surplus_.push_back(row);
    // A value that nobody sent is a flipped vote rather than a repeated one.
    std::stable_partition(surplus_.begin(), surplus_.end(),
                          [&](ChoiceIndex row) { return !was_sent(row); });
  }

  bool match(ChoiceIndex row) {
    const auto take = [&](bool (*holds)(Cast), VoteClass vote_class) {
      const std::size_t cast = first_undecided(
          [&](Cast candidate) { return candidate.choice() == row && holds(candidate); });
      if (cast != kNobody) decide(cast, vote_class, row);
      return cast != kNobody;
    };
    if (take(is_acked, VoteClass::persisted)) return true;
    if (take(is_ambiguous, VoteClass::recovered)) return true;
    if (judgement_.take_unrecorded()) {
      count_row(VoteClass::recovered, row);
      return true;
    }
    return take(is_unsent, VoteClass::contradiction);
  }

  [[nodiscard]] bool was_sent(ChoiceIndex row) const {
    return std::any_of(voter_.casts.begin(), voter_.casts.end(),
                       [&](Cast cast) { return !cast.unsent() && cast.choice() == row; });
  }

  // Gives surplus rows to undecided attempts, while both kinds last.
  template <typename Admits, typename Holds>
  void pair_surplus(VoteClass vote_class, Admits&& admits, Holds&& holds) {
    for (; next_surplus_ < surplus_.size() && admits(surplus_[next_surplus_]); ++next_surplus_) {
      const std::size_t cast = first_undecided(holds);
      if (cast == kNobody) return;
      decide(cast, vote_class, surplus_[next_surplus_]);
    }
  }

  void classify_what_is_missing() {
    std::size_t missing = 0;
    for (std::size_t i = 0; i < fates_.size(); ++i) {
      if (fates_[i] != kUndecided || voter_.casts[i].unsent()) continue;
      if (voter_.casts[i].is(Outcome::ambiguous)) {
        fates_[i] = VoteClass::absent_ambiguous;
        continue;
      }
      fates_[i] = judgement_.absent(voter_.voter, missing++, VoteClass::lost);
      if (fates_[i] == VoteClass::lost)
        judgement_.suspect(
            {VoteClass::lost, voter_.voter, static_cast<std::uint32_t>(i), std::nullopt});
    }
  }

  Judgement& judgement_;
  VoterCase voter_;
  std::vector<ChoiceIndex> rows_;     // ascending
  std::vector<VoteClass> fates_;      // of the attempts
  std::vector<ChoiceIndex> surplus_;  // rows without a vote, values never sent first
  std::size_t next_surplus_ = 0;      // those before it have found their class
};

}  // namespace

void judge_append(Ballots& ballots, Judgement& judgement) {
  AppendJudge judge(judgement);
  for_each_voter(ballots, [&](const VoterCase& voter) { judge.judge(voter); });
}

}  // namespace votebench::audit
