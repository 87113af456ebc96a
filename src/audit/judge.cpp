#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "audit/audit.h"
#include "audit/ballots.h"
#include "audit/canaries.h"
#include "audit/counts.h"
#include "audit/decide.h"
#include "audit/hops.h"
#include "audit/judge_one.h"
#include "audit/judgement.h"
#include "audit/witness.h"
#include "vote/advice.h"
#include "vote/id_search.h"

namespace votebench::audit {
namespace {

void judge_voters(const AuditInput& input, Ballots& ballots, Judgement& judgement) {
  if (input.rows.model == TableModel::last_wins)
    judge_last_wins(ballots, judgement);
  else
    judge_append(ballots, judgement);
  for (const Stray& stray : ballots.strays) judgement.stray(stray);
}

void copy_counts(const AuditInput& input, const Tally& tally, Verdict& verdict) {
  const AuditLimits& limits = input.limits;
  verdict.persisted = tally.votes(VoteClass::persisted);
  verdict.superseded = tally.votes(VoteClass::superseded);
  verdict.recovered = tally.votes(VoteClass::recovered);
  verdict.absent_ambiguous = tally.votes(VoteClass::absent_ambiguous);
  verdict.pending = tally.votes(VoteClass::pending);
  verdict.queued = tally.votes(VoteClass::queued);
  verdict.in_flight = tally.votes(VoteClass::in_flight);
  verdict.lost = {tally.votes(VoteClass::lost), limits.lost};
  verdict.stale = {tally.votes(VoteClass::stale), limits.stale};
  verdict.flipped = {tally.votes(VoteClass::flipped), limits.flipped};
  verdict.flipped_ambiguous = tally.of(Subject::ambiguous, VoteClass::flipped);
  verdict.duplicated = {tally.of(Subject::row, VoteClass::duplicated), limits.duplicated};
  verdict.phantom_provable = sends_ids(input.identity);
  verdict.phantom = {tally.of(Subject::row, VoteClass::phantom), limits.phantom};
  verdict.contradiction = {tally.of(Subject::row, VoteClass::contradiction), 0};
}

void copy_strangers(const AuditInput& input, const std::optional<Balance>& balance,
                    Verdict& verdict) {
  const RowSet& rows = input.rows.rows;
  verdict.carry_over = rows.carry_over;
  verdict.other_run = rows.other_run;
  verdict.invalid_own = rows.invalid_own;
  // Without ids of ours every row looks foreign; only those beyond the votes are.
  verdict.foreign = balance ? balance->surplus : rows.foreign;
}

// Rows whose id is one of ours, changed on its way: in capitals, with something put before it.
void find_altered_ids(const AuditInput& input, Verdict& verdict) {
  for (const StrangerRow& row : input.rows.rows.strangers) {
    if (row.origin == IdOrigin::other_run || find_ids(row.id, input.ids).own.empty()) continue;
    if (verdict.altered_ids++ == 0) verdict.altered_id = row.id;
  }
}

// Both sums, and what else holds in every judgement. A sentence for each that does not.
std::vector<std::string> broken_sums(const Ballots& ballots, const Tally& tally, bool by_voter) {
  const Accounting& accounting = ballots.accounting;
  std::vector<std::string> broken;
  const auto expect = [&](bool holds, std::string_view what) {
    if (!holds) broken.push_back(fmt::format("internal: {}", what));
  };
  expect(accounting.sums(), "more votes are on record than were planned");
  expect(tally.sum(Subject::acked) == accounting.acked,
         "the classes of the accepted votes do not add up to their number");
  expect(tally.sum(Subject::ambiguous) == accounting.ambiguous,
         "the classes of the ambiguous votes do not add up to their number");
  expect(tally.sum(Subject::unsent) == accounting.rejected + accounting.not_sent,
         "the classes of the votes not sent do not add up to their number");
  if (!by_voter) return broken;
  expect(tally.sum(Subject::row) == ballots.own_rows,
         "the classes of the rows do not add up to their number");
  for (const VoteClass vote_class : {VoteClass::persisted, VoteClass::flipped, VoteClass::stale})
    expect(tally.votes(vote_class) == tally.of(Subject::row, vote_class),
           "a class has another number of votes than of rows");
  return broken;
}

// The counts stay, for whoever looks for the fault; nothing is claimed.
Verdict broken(Verdict verdict, std::vector<std::string> faults) {
  verdict.kind = VerdictKind::broken;
  verdict.reasons = std::move(faults);
  verdict.advice = {advise<Help::report_fault>().text()};
  return verdict;
}

// Rows that the run saw and a later look did not.
void copy_second_look(const AuditInput& input, Verdict& verdict) {
  if (input.second_look == nullptr) return;
  verdict.arrived_late = input.second_look->arrived_late;
  verdict.gone_since = input.second_look->gone_since;
  std::vector<Finding> gone = gone_findings(input);
  std::ranges::move(gone, std::back_inserter(verdict.findings));
}

HopRange hull(const std::map<HopRange, std::uint64_t>& hops) {
  if (hops.empty()) return {};
  HopRange all = hops.begin()->first;
  for (const auto& [range, count] : hops) {
    all.first = std::min(all.first, range.first);
    all.last = std::max(all.last, range.last);
  }
  return all;
}

// Every vote and every row into its class; the balance where only counts can be compared.
std::optional<Balance> classify(const AuditInput& input, Ballots& ballots, Judgement& judgement) {
  std::optional<Balance> balance;
  if (input.identity == IdentityMode::none)
    balance = judge_counts(input, ballots, judgement);
  else
    judge_voters(input, ballots, judgement);
  judgement.close();
  return balance;
}

}  // namespace

Verdict judge_one(const AuditInput& input) {
  Verdict verdict;
  Ballots ballots = collect_ballots(input);
  verdict.accounting = ballots.accounting;
  verdict.unaccepted = unaccepted_votes(input.attempts);
  if (ballots.unknown_slots > 0)
    return broken(std::move(verdict),
                  {"internal: an attempt is on record that no plan can contain"});
  Judgement judgement(input, ballots);
  const std::optional<Balance> balance = classify(input, ballots, judgement);

  verdict.counts_only = balance.has_value();
  if (balance) verdict.counts = balance->choices;
  verdict.voters = ballots.voters;
  verdict.probes = ballots.probes;
  verdict.unledgered = ballots.unledgered_rows;
  verdict.blind = judgement.blind();
  verdict.lost_or_changed = judgement.lost_or_changed();
  verdict.undecided_rows = judgement.tally().of(Subject::row, VoteClass::pending);
  copy_counts(input, judgement.tally(), verdict);
  copy_strangers(input, balance, verdict);
  if (!balance) find_altered_ids(input, verdict);
  verdict.lost_behind_vote = judgement.lost_behind_vote();
  verdict.lost_by_hop = losses_by_hop(input, verdict);
  verdict.hop_condition = hop_condition(input, verdict);
  verdict.findings =
      write_findings(input, ballots, judgement.suspicions(), hull(verdict.lost_by_hop));
  copy_second_look(input, verdict);
  decide(input, balance, verdict);
  std::vector<std::string> faults = broken_sums(ballots, judgement.tally(), !balance);
  if (!faults.empty()) return broken(std::move(verdict), std::move(faults));
  return verdict;
}

Verdict judge(const AuditInput& input) {
  const CanaryReport canaries = run_canaries(judge_one);
  Verdict verdict = judge_one(input);
  verdict.canaries_passed = canaries.passed;
  verdict.canaries_total = canaries.total;
  if (canaries.failed.empty()) return verdict;
  std::vector<std::string> faults;
  for (const std::string& canary : canaries.failed)
    faults.push_back(fmt::format("internal: the self-check '{}' failed", canary));
  return broken(std::move(verdict), std::move(faults));
}

MissingVotes missing_acked(const AuditInput& input) {
  const Settlement unsettled;
  const QueueEvidence no_queue;
  const AuditInput question{input.planned, input.choices,     input.identity,    input.ids,
                            input.limits,  input.attempts,    no_queue,          input.rows,
                            unsettled,     input.interrupted, input.host_crashed};
  Ballots ballots = collect_ballots(question);
  if (ballots.unknown_slots > 0) return {ballots.accounting.acked, 0, 0};
  Judgement judgement(question, ballots);
  (void)classify(question, ballots, judgement);
  return {judgement.tally().votes(VoteClass::pending), judgement.pending_mark(),
          judgement.tally().of(Subject::row, VoteClass::flipped)};
}

}  // namespace votebench::audit
