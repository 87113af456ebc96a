// A table with one row per voter: the last processed vote wins.
//
// Admissible final values are that of the last acked attempt and that of any ambiguous attempt (its
// push may land late). The earlier acked votes of a voter cannot be seen in the rows: superseded.
#include <algorithm>

#include "audit/judgement.h"

namespace votebench::audit {
namespace {

constexpr std::size_t kNobody = static_cast<std::size_t>(-1);

// What a voter's row (or its absence) means, and the attempt that it says something about.
struct Meaning {
  VoteClass vote_class;
  std::size_t cast;
};

template <typename Predicate>
std::size_t last_where(std::span<const Cast> casts, Predicate&& holds) {
  for (std::size_t i = casts.size(); i-- > 0;)
    if (holds(casts[i])) return i;
  return kNobody;
}

std::size_t last_of(std::span<const Cast> casts, Outcome outcome) {
  return last_where(casts, [&](Cast cast) { return cast.is(outcome); });
}

std::size_t last_of(std::span<const Cast> casts, Outcome outcome, ChoiceIndex value) {
  return last_where(casts, [&](Cast cast) { return cast.is(outcome) && cast.choice() == value; });
}

// A row whose value no acked or ambiguous attempt of the voter carried.
Meaning meaning_of_unsent_value(std::span<const Cast> casts, ChoiceIndex value) {
  const std::size_t unsent =
      last_where(casts, [&](Cast cast) { return cast.unsent() && cast.choice() == value; });
  if (unsent != kNobody) return {VoteClass::contradiction, unsent};
  const std::size_t acked = last_of(casts, Outcome::acked);
  if (acked != kNobody) return {VoteClass::flipped, acked};
  const std::size_t ambiguous = last_of(casts, Outcome::ambiguous);
  if (ambiguous != kNobody) return {VoteClass::flipped, ambiguous};
  return {VoteClass::contradiction, casts.size() - 1};
}

Meaning meaning_of_row(std::span<const Cast> casts, ChoiceIndex value) {
  const std::size_t final_vote = last_of(casts, Outcome::acked);
  if (final_vote != kNobody && casts[final_vote].choice() == value)
    return {VoteClass::persisted, final_vote};
  const std::size_t ambiguous = last_of(casts, Outcome::ambiguous, value);
  if (ambiguous != kNobody) return {VoteClass::recovered, ambiguous};
  if (last_of(casts, Outcome::acked, value) != kNobody) return {VoteClass::stale, final_vote};
  return meaning_of_unsent_value(casts, value);
}

// A row that no known attempt justifies may come from one whose slot a crash of the host took.
bool needs_explanation(VoteClass vote_class) {
  return vote_class != VoteClass::persisted && vote_class != VoteClass::recovered;
}

// The loss of the final vote would not show: what it replaced, or may have replaced, looks alike.
bool is_blind(std::span<const Cast> casts, std::size_t final_vote) {
  const ChoiceIndex value = casts[final_vote].choice();
  if (last_of(casts, Outcome::ambiguous, value) != kNobody) return true;
  const std::size_t before = last_of(casts.first(final_vote), Outcome::acked);
  return before != kNobody && casts[before].choice() == value;
}

VoteClass class_of_others(Cast cast) {
  if (cast.is(Outcome::acked)) return VoteClass::superseded;
  return cast.unsent() ? VoteClass::not_counted : VoteClass::absent_ambiguous;
}

void count_votes(const VoterCase& voter, const Meaning& meaning, Judgement& judgement) {
  for (std::size_t i = 0; i < voter.casts.size(); ++i)
    judgement.vote(voter.casts[i],
                   i == meaning.cast ? meaning.vote_class : class_of_others(voter.casts[i]));
}

void judge_without_row(const VoterCase& voter, Judgement& judgement) {
  const std::size_t final_vote = last_of(voter.casts, Outcome::acked);
  const VoteClass fate = judgement.absent(voter.voter, 0, VoteClass::lost);
  count_votes(voter, {fate, final_vote}, judgement);
  if (final_vote == kNobody || fate != VoteClass::lost) return;
  judgement.lost(voter.voter, voter.casts.size());
  judgement.suspect({fate, voter.voter, static_cast<std::uint32_t>(final_vote), std::nullopt});
}

void judge_row(const VoterCase& voter, ChoiceIndex row, Judgement& judgement) {
  Meaning meaning = meaning_of_row(voter.casts, row);
  VoteClass row_class = meaning.vote_class;
  if (needs_explanation(row_class) && judgement.take_unrecorded()) {
    meaning.cast = kNobody;
    row_class = VoteClass::recovered;
  } else if (row_class == VoteClass::stale) {
    meaning.vote_class = judgement.absent(voter.voter, 0, VoteClass::stale);
    if (meaning.vote_class != VoteClass::stale) row_class = VoteClass::superseded;
  } else if (row_class == VoteClass::flipped && !judgement.flips_stand()) {
    meaning.vote_class = voter.casts[meaning.cast].is(Outcome::acked)
                             ? judgement.absent(voter.voter, 0, VoteClass::flipped)
                             : VoteClass::absent_ambiguous;
    row_class = VoteClass::pending;
  }
  judgement.row(row_class);
  count_votes(voter, meaning, judgement);
  if (row_class == VoteClass::persisted && is_blind(voter.casts, meaning.cast))
    judgement.blind_vote();
  const bool claimed = row_class != VoteClass::superseded && row_class != VoteClass::pending;
  if (needs_explanation(row_class) && claimed)
    judgement.suspect({row_class, voter.voter, static_cast<std::uint32_t>(meaning.cast), row});
}

// The table cannot hold two rows of a voter; should it, one is judged, rather one that accuses
// nobody, and the others are too many.
void judge_rows(const VoterCase& voter, Judgement& judgement) {
  std::vector<ChoiceIndex> rows(voter.rows.begin(), voter.rows.end());
  std::sort(rows.begin(), rows.end());
  const auto innocent = std::find_if(rows.begin(), rows.end(), [&](ChoiceIndex row) {
    return !needs_explanation(meaning_of_row(voter.casts, row).vote_class);
  });
  if (innocent != rows.end()) std::iter_swap(rows.begin(), innocent);
  judge_row(voter, rows.front(), judgement);
  for (std::size_t i = 1; i < rows.size(); ++i) judgement.surplus_row(voter.voter, rows[i]);
}

void judge_voter(const VoterCase& voter, Judgement& judgement) {
  if (voter.rows.empty()) return judge_without_row(voter, judgement);
  if (voter.rows.size() == 1) return judge_row(voter, voter.rows.front(), judgement);
  judge_rows(voter, judgement);
}

}  // namespace

VoteClass class_of_row(std::span<const Cast> casts, ChoiceIndex row) {
  return meaning_of_row(casts, row).vote_class;
}

void judge_last_wins(Ballots& ballots, Judgement& judgement) {
  for_each_voter(ballots, [&](const VoterCase& voter) { judge_voter(voter, judgement); });
}

}  // namespace votebench::audit
