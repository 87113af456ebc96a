#include "audit/hops.h"

#include <algorithm>

namespace votebench::audit {
namespace {

constexpr HopRange kVote{Hop::vote, Hop::vote};
constexpr HopRange kDatabase{Hop::db, Hop::db};
constexpr HopRange kQueue{Hop::queue, Hop::queue};
constexpr HopRange kBehindVote{Hop::queue, Hop::db};
constexpr HopRange kAnywhere{Hop::vote, Hop::db};

std::uint64_t excess(std::uint64_t a, std::uint64_t b) { return a - std::min(a, b); }

std::uint64_t votes_in_table(const Verdict& verdict) {
  return verdict.persisted + verdict.recovered;
}

// Elements pushed by this run, where the counter can be believed: an app that fills the list by
// another command than a push leaves it below the number of votes that arrived, and one that pushes
// several votes at once below the growth of the list.
std::optional<std::uint64_t> believable_pushes(const AuditInput& input, const Verdict& verdict) {
  const std::optional<std::uint64_t> pushed = input.queue.pushed;
  const bool counts_all = pushed && input.queue.same_server && input.queue.restarts == 0 &&
                          !input.queue.pushes_undercount && *pushed >= votes_in_table(verdict);
  return counts_all ? pushed : std::nullopt;
}

// Somebody else's pushes, or second pushes of one vote, are in the counter, or may well be.
bool has_other_pushes(const AuditInput& input, const Verdict& verdict, std::uint64_t pushed) {
  const bool strangers = input.queue.shares_pushes || input.queue.strangers_listed > 0 ||
                         std::max({verdict.foreign, verdict.other_run, verdict.invalid_own}) > 0;
  const bool second_pushes =
      input.queue.pushes_repeat || verdict.duplicated.count > 0 || verdict.contradiction.count > 0;
  const bool unknown_senders = !input.unledgered.indexes.empty();
  return strangers || second_pushes || unknown_senders ||
         pushed > verdict.accounting.acked + verdict.accounting.ambiguous;
}

}  // namespace

std::optional<std::uint64_t> unpushed(const AuditInput& input, const Verdict& verdict) {
  const std::optional<std::uint64_t> pushed = believable_pushes(input, verdict);
  const std::uint64_t queued_or_stored = excess(verdict.accounting.acked, verdict.lost.count);
  if (!pushed || *pushed >= queued_or_stored) return std::nullopt;
  return queued_or_stored - *pushed;
}

std::map<HopRange, std::uint64_t> losses_by_hop(const AuditInput& input, const Verdict& verdict) {
  const std::uint64_t lost = verdict.lost.count;
  if (lost == 0) return {};
  if (input.settlement.proof == SettleProof::complete) return {{kDatabase, lost}};
  const std::uint64_t perhaps_at_vote = excess(lost, verdict.lost_behind_vote);
  std::uint64_t at_least = 0;
  std::uint64_t at_most = perhaps_at_vote;
  if (const auto pushed = believable_pushes(input, verdict)) {
    // Every vote in the table needed a push of its own, so at most the remaining pushes were of
    // lost votes. Conversely, pushes that no other vote can have made were of lost ones.
    const std::uint64_t others = verdict.accounting.acked + verdict.accounting.ambiguous - lost;
    if (!has_other_pushes(input, verdict, *pushed))
      at_most = std::min(at_most, excess(lost, excess(*pushed, others)));
    at_least = std::min(at_most, excess(lost, *pushed - votes_in_table(verdict)));
  }
  std::map<HopRange, std::uint64_t> hops;
  if (at_least > 0) hops[kVote] = at_least;
  if (at_most > at_least) hops[kAnywhere] = at_most - at_least;
  // What the queue threw out before a worker had it, and was pushed once, came nowhere.
  const auto pushed = believable_pushes(input, verdict);
  const bool once = pushed && !has_other_pushes(input, verdict, *pushed);
  const std::uint64_t thrown_out = excess(input.queue.removed, verdict.accounting.ambiguous);
  const std::uint64_t in_queue = once ? std::min(lost - at_most, thrown_out) : 0;
  if (in_queue > 0) hops[kQueue] = in_queue;
  if (lost > at_most + in_queue) hops[kBehindVote] = lost - at_most - in_queue;
  return hops;
}

std::string hop_condition(const AuditInput& input, const Verdict& verdict) {
  const auto behind = verdict.lost_by_hop.find(kBehindVote);
  const bool counted_behind =
      verdict.lost_by_hop.contains(kQueue) ||
      (behind != verdict.lost_by_hop.end() && behind->second > verdict.lost_behind_vote);
  const bool counted_before = verdict.lost_by_hop.contains(kVote) && input.queue.pushed != 0;
  if (counted_behind && counted_before) return "each vote was pushed once and by itself";
  if (counted_behind) return "no vote was pushed twice and nothing else was";
  return counted_before ? "no push carried two votes" : "";
}

std::string hop_assumption(const AuditInput& input, const Verdict& verdict) {
  const std::string condition = hop_condition(input, verdict);
  if (condition.empty()) return {};
  if (verdict.lost_by_hop.contains(kBehindVote))
    return "each vote was pushed at most once and nobody else pushed: a push that was repeated "
           "would hide one that was never made";
  return "votes travel one per push, and votes in the table have come through the queue";
}

}  // namespace votebench::audit
