#include "audit/decide.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "audit/counters.h"
#include "audit/hops.h"
#include "audit/wording.h"

namespace votebench::audit {
namespace {

using Doubts = std::vector<Doubt>;

// `count` <= `share` of `total`, in spite of a double's rounding.
bool within(std::uint64_t count, double share, std::uint64_t total) {
  return static_cast<double>(count) <= share * static_cast<double>(total) + 1e-6;
}

void add_data_doubts(const AuditInput& input, const Verdict& verdict, Doubts& doubts) {
  const Accounting accounting =
      input.ended_by_threshold ? verdict.accounting.of_started() : verdict.accounting;
  const std::string_view which = input.ended_by_threshold ? "started" : "planned";
  const double wanted = input.limits.min_acked_share * static_cast<double>(accounting.planned);
  if (accounting.acked == 0)
    doubts.push_back(none_accepted(verdict));
  else if (static_cast<double>(accounting.acked) + 1e-6 < wanted)
    doubts.push_back(too_few_accepted({accounting, which}, verdict.unaccepted, input.limits));
  if (!within(accounting.ambiguous, input.limits.unknown_share, accounting.planned))
    doubts.push_back(too_many_unknown({accounting, which}, verdict.unaccepted, input.limits));
}

// The first gap in the evidence that keeps absence from being loss; the later ones follow from it.
std::optional<Doubt> gap_in_evidence(const AuditInput& input, const Verdict& verdict) {
  const RowEvidence& rows = input.rows;
  const std::uint64_t missing = verdict.pending + verdict.queued + verdict.in_flight;
  if (!rows.configured)
    return Doubt{"no table is configured: throughput only, no vote could be checked",
                 advise<Help::name_a_block>(input.services.table.block)};
  if (!rows.readable)
    return Doubt{"the table could not be read at the end: no vote could be checked",
                 advise<Help::bring_store_back>(input.services.table.title)};
  if (!rows.same_store)
    return Doubt{"the table was replaced or rewritten during the run: absence in it proves nothing",
                 advise<Help::keep_table>()};
  if (rows.is_replica)
    return Doubt{"the database is a replica, which may lag: absence in it proves nothing",
                 advise<Help::use_primary>(input.services.table.block)};
  if (rows.were_removed() && missing > 0)
    return Doubt{removed_rows(input), advise<Help::stop_removers>()};
  if (!input.queue.configured && !rows.counters.kept && missing > 0)
    return Doubt{missing_without_queue(missing),
                 advise<Help::name_a_block>(input.services.queue.block)};
  if (input.queue.configured && !input.queue.readable_at_end)
    return Doubt{
        input.services.queue.title + " could not be read at the end: it may still hold votes",
        advise<Help::keep_queue_up>(input.services.queue.title)};
  if ((input.queue.configured || rows.counters.kept) && !input.settlement.settled())
    return Doubt{unsettled(input.settlement, verdict), unsettled_advice(input)};
  if (const std::uint64_t seen = verdict.queued + verdict.in_flight; seen > 0)
    return Doubt{listed_though_settled(seen), advise<Help::queue_before_answer>()};
  return std::nullopt;
}

void add_count_doubts(const AuditInput& input, const Balance& balance, Doubts& doubts) {
  if (!balance.complete)
    doubts.push_back({"the table holds too many different choices to count each of them",
                      advise<Help::use_ids>()});
  if (balance.surplus > 0 && !input.rows.counters.kept)
    doubts.push_back({surplus_rows(balance.surplus), advise<Help::use_ids>()});
  if (balance.unproven > 0)
    doubts.push_back({unproven_votes(balance.unproven), advise<Help::begin_empty>()});
  if (input.queue.shares_pushes)
    doubts.push_back(
        {"somebody else pushes into the queue: counts cannot tell their votes from ours",
         advise<Help::use_ids_or_be_alone>()});
}

// Rows that no vote explains. Where the app makes the ids, a vote without a clear answer may
// explain any row whose id no answer told.
std::uint64_t rows_of_nobody(const AuditInput& input, const Verdict& verdict) {
  const bool told = input.identity == IdentityMode::answered;
  const std::uint64_t explained = told ? verdict.absent_ambiguous : 0;
  return verdict.foreign - std::min(verdict.foreign, explained);
}

Doubts doubts_of(const AuditInput& input, const std::optional<Balance>& balance,
                 const Verdict& verdict) {
  Doubts doubts;
  add_data_doubts(input, verdict, doubts);
  if (auto gap = gap_in_evidence(input, verdict)) doubts.push_back(std::move(*gap));
  if (!verdict.contradiction.passed())
    doubts.push_back(contradictions(verdict.contradiction.count, input.unclosed));
  if (const auto count = unpushed(input, verdict))
    doubts.push_back(not_pushed(*count, input.settlement.settled(), input.services));
  if (const std::uint64_t rows = rows_of_nobody(input, verdict);
      input.own_stack && !balance && rows > 0)
    doubts.push_back(invented_votes(rows));
  if (verdict.undecided_rows > 0) doubts.push_back(undecided_rows(verdict.undecided_rows));
  if (balance) add_count_doubts(input, *balance, doubts);
  if (input.rows.counters.kept)
    std::ranges::move(counter_doubts(input, verdict), std::back_inserter(doubts));
  if (input.interrupted) doubts.push_back({"the run was interrupted", {}});
  if (input.second_look != nullptr)
    doubts.insert(doubts.end(), input.second_look->doubts.begin(), input.second_look->doubts.end());
  return doubts;
}

void add_assumptions(const AuditInput& input, const std::optional<Balance>& balance,
                     Verdict& verdict) {
  const bool claims_absence = verdict.lost.count + verdict.stale.count > 0;
  const bool passes = verdict.kind == VerdictKind::pass && input.rows.configured;
  if (claims_absence || passes) verdict.assumptions = input.settlement.assumptions;
  if (claims_absence && !input.rows.counters.kept)
    verdict.assumptions.push_back(balance ? "nobody removed rows during the run"
                                          : "voter ids travel to the table unchanged");
  const bool counters = input.rows.counters.kept && input.rows.configured;
  if (counters && (claims_absence || passes || verdict.duplicated.count > 0))
    std::ranges::move(counter_assumptions(verdict), std::back_inserter(verdict.assumptions));
  if (passes)  // what comes after a pass, it does not know
    verdict.assumptions.insert(
        verdict.assumptions.end(),
        {"no vote is pushed again after its answer",
         counters ? "nobody changes the counters later" : "nobody removes or changes rows later"});
  if (std::string hop = hop_assumption(input, verdict); !hop.empty())
    verdict.assumptions.push_back(std::move(hop));
  if (balance)
    verdict.assumptions.push_back(
        "nobody else voted during the run: without voter ids only counts can be compared");
}

}  // namespace

void decide(const AuditInput& input, const std::optional<Balance>& balance, Verdict& verdict) {
  const Doubts doubts = doubts_of(input, balance, verdict);
  verdict.reasons = failures(input, verdict);
  verdict.advice.clear();
  for (const Advice& advice : failure_advice(input.services.queue, verdict))
    verdict.advice.push_back(advice.text());
  verdict.kind = !verdict.reasons.empty() ? VerdictKind::fail
                 : !doubts.empty()        ? VerdictKind::inconclusive
                                          : VerdictKind::pass;
  for (const Doubt& doubt : doubts) {
    verdict.reasons.push_back(doubt.reason);
    const std::string& advice = doubt.advice.text();
    const bool said = std::ranges::find(verdict.advice, advice) != verdict.advice.end();
    if (!advice.empty() && !said) verdict.advice.push_back(advice);
  }
  if (verdict.kind == VerdictKind::pass)
    verdict.reasons.push_back(input.rows.counters.kept ? counts_agree(verdict)
                                                       : pass_reason(verdict));
  add_assumptions(input, balance, verdict);
  verdict.notes = notes(input, balance, verdict);
}

}  // namespace votebench::audit
