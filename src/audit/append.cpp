// A table where k votes are k rows: rows and votes of one voter are matched by value.
//
// Each row takes an acked vote of its value, else an ambiguous one, else (a surplus row) one of its
// value that was not sent. What is left over are rows that are too many and votes that are missing.
// A row whose value the voter never sent is one of the missing votes, flipped; of the rest, rows
// are duplicated and votes are lost. (A value that the voter did send may be a changed vote, too:
// said with the counts, `Verdict::lost_or_changed`.)
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
    const auto never_sent = [&](ChoiceIndex row) { return !was_sent(row); };
    if (judgement_.flips_stand()) {
      pair_surplus(VoteClass::flipped, never_sent, is_acked);
      pair_surplus(VoteClass::flipped, never_sent, is_ambiguous);
    } else {
      for (; next_surplus_ < surplus_.size() && never_sent(surplus_[next_surplus_]);
           ++next_surplus_)
        judgement_.row(VoteClass::pending);
    }
    // Our own word "not sent" is more doubtful than a forged row.
    if (std::all_of(voter.casts.begin(), voter.casts.end(), is_unsent))
      pair_surplus(VoteClass::contradiction, any_value, is_unsent);
    const std::size_t too_many = surplus_.size() - next_surplus_;
    for (; next_surplus_ < surplus_.size(); ++next_surplus_)
      judgement_.surplus_row(voter.voter, surplus_[next_surplus_]);
    judgement_.lost_or_changed(std::min(classify_what_is_missing(), too_many));
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

  // Returns the number of accepted votes without a row.
  std::size_t classify_what_is_missing() {
    std::size_t missing = 0;
    for (std::size_t i = 0; i < fates_.size(); ++i) {
      if (fates_[i] != kUndecided || voter_.casts[i].unsent()) continue;
      if (voter_.casts[i].is(Outcome::ambiguous)) {
        fates_[i] = VoteClass::absent_ambiguous;
        continue;
      }
      fates_[i] = judgement_.absent(voter_.voter, missing++, VoteClass::lost);
      if (fates_[i] != VoteClass::lost) continue;
      judgement_.lost(voter_.voter, voter_.casts.size());
      judgement_.suspect(
          {VoteClass::lost, voter_.voter, static_cast<std::uint32_t>(i), std::nullopt});
    }
    return missing;
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
