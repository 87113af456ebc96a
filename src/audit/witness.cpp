#include "audit/witness.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace votebench::audit {
namespace {

struct Started {
  AttemptNumber number;
  Attempt attempt;
};
using StartedByVoter = std::map<VoterIndex, std::vector<Started>>;

// The attempts of the suspected voters, in the order in which the judges saw them.
StartedByVoter read_suspected(const AuditInput& input, const std::vector<Suspicion>& suspicions) {
  StartedByVoter suspected;
  for (const Suspicion& suspicion : suspicions) suspected[suspicion.voter];
  if (suspected.empty()) return suspected;
  input.attempts.for_each([&](AttemptNumber number, const Attempt& attempt) {
    const Attempt judged = as_judged(attempt, input.ids);
    const auto found = suspected.find(judged.voter);
    if (found != suspected.end()) found->second.push_back({number, judged});
  });
  for (auto& [voter, attempts] : suspected)
    std::stable_sort(attempts.begin(), attempts.end(), [](const Started& a, const Started& b) {
      return Cast(a.attempt).started_before(Cast(b.attempt));
    });
  return suspected;
}

std::string choice_name(const AuditInput& input, ChoiceIndex choice) {
  return choice < input.choices.size() ? input.choices[choice] : "(another value)";
}

// As it stands in the voter's row, if that is known.
std::string choice_text(const AuditInput& input, VoterIndex voter, ChoiceIndex choice) {
  const auto& others = input.rows.rows.other_choices;
  const auto other = others.find(voter);
  const bool is_other = choice == kOtherChoice && other != others.end();
  return is_other ? other->second : choice_name(input, choice);
}

// "a|b": the values that the voter's rows may hold, in the order of the plan's choices.
std::string admissible_values(const AuditInput& input, std::span<const Cast> casts) {
  const bool append = input.rows.model == TableModel::append;
  std::set<ChoiceIndex> admissible;
  bool later_acked = false;
  for (auto cast = casts.rbegin(); cast != casts.rend(); ++cast) {
    const bool acked = cast->is(Outcome::acked);
    if (cast->is(Outcome::ambiguous) || (acked && (append || !later_acked)))
      admissible.insert(cast->choice());
    later_acked |= acked;
  }
  std::string text;
  for (const ChoiceIndex choice : admissible)
    text += (text.empty() ? "" : "|") + choice_name(input, choice);
  return text;
}

std::string_view note_of(VoteClass vote_class, std::optional<Outcome> outcome) {
  switch (vote_class) {
    case VoteClass::lost:
      return "accepted, not in the queue, no row";
    case VoteClass::stale:
      return "accepted, but the row shows an earlier vote of this voter";
    case VoteClass::flipped:
      return "counted with another value than it was sent with";
    case VoteClass::duplicated:
      return "one row more than votes";
    case VoteClass::phantom:
      return "an id of this run in the table that was never sent";
    default:
      break;
  }
  if (!outcome) return "in the table, though no attempt is on record";
  return *outcome == Outcome::rejected ? "rejected, yet in the table"
                                       : "not sent, yet in the table";
}

}  // namespace

std::vector<Finding> write_findings(const AuditInput& input, const Ballots& ballots,
                                    const std::vector<Suspicion>& suspicions, HopRange lost_at) {
  const StartedByVoter suspected = read_suspected(input, suspicions);
  std::vector<Finding> findings;
  findings.reserve(suspicions.size());
  for (const Suspicion& suspicion : suspicions) {
    Finding finding;
    finding.vote_class = suspicion.vote_class;
    finding.voter = suspicion.voter;
    finding.voter_id = input.ids.make(suspicion.voter);
    finding.expected = admissible_values(input, ballots.casts.of(suspicion.voter));
    if (suspicion.found) finding.found = choice_text(input, suspicion.voter, *suspicion.found);
    if (suspicion.vote_class == VoteClass::lost) finding.hop = lost_at;
    std::optional<Outcome> outcome;
    if (suspicion.cast != Suspicion::kNoCast) {
      const Started& started = suspected.at(suspicion.voter).at(suspicion.cast);
      finding.attempt = started.number;
      finding.sent_at = started.attempt.started();
      outcome = judged_outcome(started.attempt);
    }
    finding.note = note_of(suspicion.vote_class, outcome);
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> gone_findings(const AuditInput& input) {
  std::vector<Finding> findings;
  for (const GoneRow& row : input.second_look->gone) {
    Finding finding;
    finding.vote_class = VoteClass::gone_since;
    finding.voter = row.saved.voter;
    finding.voter_id = input.ids.make(row.saved.voter);
    finding.expected = choice_text(input, row.saved.voter, row.saved.choice);
    for (const ChoiceIndex choice : row.now)
      finding.found += (finding.found.empty() ? "" : "|") + choice_name(input, choice);
    finding.note = "the run saw its row, which is not in the table any more";
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace votebench::audit
