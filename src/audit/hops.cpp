#include "audit/hops.h"

#include <algorithm>

namespace votebench::audit {
namespace {

constexpr HopRange kVote{Hop::vote, Hop::vote};
constexpr HopRange kDatabase{Hop::db, Hop::db};
constexpr HopRange kVoteOrQueue{Hop::vote, Hop::queue};
constexpr HopRange kBehindVote{Hop::queue, Hop::db};
constexpr HopRange kAnywhere{Hop::vote, Hop::db};

std::uint64_t excess(std::uint64_t a, std::uint64_t b) { return a - std::min(a, b); }

std::uint64_t votes_in_table(const Verdict& verdict) {
  return verdict.persisted + verdict.recovered;
}

// Elements pushed by this run, where the counter can be believed: an app that fills the list by
// another command than a push leaves it below the number of votes that arrived.
std::optional<std::uint64_t> believable_pushes(const AuditInput& input, const Verdict& verdict) {
  const std::optional<std::uint64_t> pushed = input.queue.pushed;
  return pushed && input.queue.same_server && *pushed >= votes_in_table(verdict) ? pushed
                                                                                 : std::nullopt;
}

// Somebody else's pushes, or second pushes of one vote, are in the counter, or may well be.
bool has_other_pushes(const AuditInput& input, const Verdict& verdict, std::uint64_t pushed) {
  const bool strangers = input.queue.shares_pushes || input.queue.strangers_listed > 0 ||
                         std::max({verdict.foreign, verdict.other_run, verdict.invalid_own}) > 0;
  const bool second_pushes = std::max(verdict.duplicated.count, verdict.contradiction.count) > 0;
  return strangers || second_pushes ||
         pushed > verdict.accounting.acked + verdict.accounting.ambiguous;
}

}  // namespace

std::map<HopRange, std::uint64_t> losses_by_hop(const AuditInput& input, const Verdict& verdict) {
  const std::uint64_t lost = verdict.lost.count;
  if (lost == 0) return {};
  if (input.settlement.proof == SettleProof::complete) return {{kDatabase, lost}};
  if (input.queue.restarts > 0) return {{kVoteOrQueue, lost}};
  const std::optional<std::uint64_t> pushed = believable_pushes(input, verdict);
  if (!pushed) return {{kAnywhere, lost}};

  // Every vote in the table needed a push of its own, so at most the remaining pushes were of lost
  // votes. Conversely, pushes that no other vote can have made were of lost ones.
  const std::uint64_t at_least = excess(lost, *pushed - votes_in_table(verdict));
  const std::uint64_t others = verdict.accounting.acked + verdict.accounting.ambiguous - lost;
  const std::uint64_t at_most =
      has_other_pushes(input, verdict, *pushed) ? lost : excess(lost, excess(*pushed, others));
  std::map<HopRange, std::uint64_t> hops;
  if (at_least > 0) hops[kVote] = at_least;
  if (at_most > at_least) hops[kAnywhere] = at_most - at_least;
  if (lost > at_most) hops[kBehindVote] = lost - at_most;
  return hops;
}

std::string hop_assumption(const AuditInput& input, const Verdict& verdict) {
  if (verdict.lost_by_hop.contains(kVoteOrQueue))
    return fmt::format(
        "the restart of {} voided its counters: that worker and database lost nothing in this run "
        "is "
        "assumed, not seen",
        input.services.queue.title);
  if (verdict.lost_by_hop.contains(kBehindVote))
    return "each vote was pushed at most once and nobody else pushed: a push that was repeated "
           "would hide one that was never made";
  if (verdict.lost_by_hop.contains(kVote) && input.queue.pushed != 0)
    return "votes travel one per push, and votes in the table have come through the queue";
  return {};
}

}  // namespace votebench::audit
