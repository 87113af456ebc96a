#include "audit/counts.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "audit/counters.h"

namespace votebench::audit {
namespace {

using CountByText = std::map<std::string, std::uint64_t>;

std::uint64_t total(const CountByText& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& entry) { return sum + entry.second; });
}

std::uint64_t count_of(const CountByText& counts, const std::string& text) {
  const auto found = counts.find(text);
  return found == counts.end() ? 0 : found->second;
}

// The planned choices in their order, then every other text whose number has changed.
std::vector<ChoiceCount> rows_by_choice(const AuditInput& input) {
  const CountByText& before = input.rows.choices_start;
  const CountByText& after = input.rows.rows.choices;
  std::vector<ChoiceCount> balances;
  const auto add = [&](const std::string& text) {
    balances.push_back({text, 0, 0,
                        static_cast<std::int64_t>(count_of(after, text)) -
                            static_cast<std::int64_t>(count_of(before, text))});
  };
  for (const std::string& choice : input.choices) add(choice);
  for (const auto& [text, count] : after)
    if (count != count_of(before, text) &&
        std::find(input.choices.begin(), input.choices.end(), text) == input.choices.end())
      add(text);
  return balances;
}

void add_votes(Ballots& ballots, std::vector<ChoiceCount>& balances, Judgement& judgement) {
  for_each_voter(ballots, [&](const VoterCase& voter) {
    for (const Cast cast : voter.casts) {
      ChoiceCount& balance = balances[cast.choice()];
      if (cast.unsent())
        judgement.vote(cast, VoteClass::not_counted);
      else
        ++(cast.is(Outcome::acked) ? balance.acked : balance.ambiguous);
    }
  });
}

// How many of `votes` a number of `rows` covers; takes them away from it.
std::uint64_t take(std::uint64_t votes, std::uint64_t& rows) {
  const std::uint64_t taken = std::min(votes, rows);
  rows -= taken;
  return taken;
}

void judge_choice(const ChoiceCount& choice, VoteClass absence, Balance& balance,
                  Judgement& judgement) {
  std::uint64_t rows = static_cast<std::uint64_t>(std::max<std::int64_t>(choice.rows, 0));
  const std::uint64_t present = take(choice.acked, rows);
  const std::uint64_t recovered = take(choice.ambiguous, rows);
  while (rows > 0 && judgement.take_unrecorded()) --rows;
  if (balance.surplus_is_ours)
    judgement.rows(VoteClass::duplicated, rows);
  else
    balance.surplus += rows;
  judgement.votes(Subject::acked, VoteClass::persisted, present);
  judgement.votes(Subject::acked, absence, choice.acked - present);
  judgement.votes(Subject::ambiguous, VoteClass::recovered, recovered);
  judgement.votes(Subject::ambiguous, VoteClass::absent_ambiguous, choice.ambiguous - recovered);
}

std::uint64_t unproven(const ChoiceCount& choice, std::uint64_t of_other_origin) {
  const std::int64_t sure = choice.rows - static_cast<std::int64_t>(of_other_origin);
  const std::int64_t acked = static_cast<std::int64_t>(choice.acked);
  const std::int64_t covered = std::clamp<std::int64_t>(choice.rows, 0, acked);
  return static_cast<std::uint64_t>(covered - std::clamp<std::int64_t>(sure, 0, covered));
}

}  // namespace

Balance judge_counts(const AuditInput& input, Ballots& ballots, Judgement& judgement) {
  Balance balance;
  const RowEvidence& rows = input.rows;
  const bool known = rows.configured && rows.readable;
  balance.complete = !known || (total(rows.rows.choices) == rows.rows.total &&
                                total(rows.choices_start) == rows.rows_start);
  balance.surplus_is_ours = surplus_is_ours(input);
  balance.choices = rows_by_choice(input);
  if (!known || !balance.complete)
    for (ChoiceCount& choice : balance.choices) choice.rows = 0;
  add_votes(ballots, balance.choices, judgement);
  const VoteClass absence = balance.complete && absence_is_proven(input) && !set_back(input)
                                ? VoteClass::lost
                                : VoteClass::pending;
  const std::uint64_t of_other_origin = input.queue.depth_start + ballots.unrecorded;
  for (const ChoiceCount& choice : balance.choices) {
    judge_choice(choice, absence, balance, judgement);
    balance.unproven +=
        unproven(choice, of_other_origin + (rows.counters.kept ? 0 : choice.ambiguous));
  }
  return balance;
}

}  // namespace votebench::audit
