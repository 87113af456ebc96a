#include "adapters/http/http_outcome.h"

#include <algorithm>

namespace votebench::adapters {
namespace {

bool contains(const std::vector<int>& statuses, int status) {
  return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

std::uint8_t common_flags(const AttemptFacts& facts) {
  unsigned flags = 0;
  if (facts.timed_out) flags |= kTimedOut;
  if (facts.broken && facts.any_sent) flags |= kClosedEarly;
  if (facts.malformed) flags |= kMalformedAnswer;
  if (!facts.any_sent) flags |= kConnectFailed;
  return static_cast<std::uint8_t>(flags);
}

Judgement judge_accepted(const AttemptFacts& facts, IdentityMode identity, std::uint8_t flags) {
  if (identity == IdentityMode::echoed && !facts.head->echoed)
    return {Outcome::ambiguous, static_cast<std::uint8_t>(flags | kNotEchoed)};
  // An answer to a vote that was still leaving us is no answer to this vote.
  if (!facts.all_sent) return {Outcome::ambiguous, flags};
  if (!facts.body_complete) flags = static_cast<std::uint8_t>(flags | kTruncatedBody);
  return {Outcome::acked, flags};
}

}  // namespace

Judgement judge_attempt(const AttemptFacts& facts, const VoteEndpoint& endpoint) {
  const std::uint8_t flags = common_flags(facts);
  if (!facts.any_sent) return {Outcome::not_sent, flags};
  if (!facts.head) return {Outcome::ambiguous, flags};
  if (contains(endpoint.accepted, facts.head->status))
    return judge_accepted(facts, endpoint.identity, flags);
  if (contains(endpoint.rejected, facts.head->status)) return {Outcome::rejected, flags};
  return {Outcome::ambiguous, flags};
}

}  // namespace votebench::adapters
