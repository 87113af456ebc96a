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
  if (facts.malformed != Cause::none) flags |= kMalformedAnswer;
  if (!facts.any_sent) flags |= kConnectFailed;
  return static_cast<std::uint8_t>(flags);
}

Judgement judge_accepted(const AttemptFacts& facts, IdentityMode identity, std::uint8_t flags) {
  if (identity == IdentityMode::echoed && !facts.head->echoed)
    return {Outcome::ambiguous, static_cast<std::uint8_t>(flags | kNotEchoed), Cause::not_echoed};
  if (identity == IdentityMode::answered && !facts.tells_id)
    return {Outcome::ambiguous, static_cast<std::uint8_t>(flags | kNotEchoed), Cause::no_id};
  // An answer to a vote that was still leaving us is no answer to this vote.
  if (!facts.all_sent) return {Outcome::ambiguous, flags, Cause::answered_early};
  if (!facts.body_complete) flags = static_cast<std::uint8_t>(flags | kTruncatedBody);
  return {Outcome::acked, flags};
}

// Of an attempt without an answer that counts.
Cause why_unanswered(const AttemptFacts& facts) {
  if (facts.malformed != Cause::none) return facts.malformed;
  if (facts.given_up) return Cause::given_up;
  if (facts.timed_out) return facts.any_sent ? Cause::timed_out : Cause::connect_timed_out;
  if (!facts.any_sent)
    return facts.error == 0 ? Cause::not_http : cause_of_error(facts.error);  // it spoke first
  if (facts.kept && !facts.answer_began) return Cause::closed_kept;
  return cause_of_error(facts.error) == Cause::reset ? Cause::reset : Cause::closed_early;
}

}  // namespace

Judgement judge_attempt(const AttemptFacts& facts, const VoteEndpoint& endpoint) {
  const std::uint8_t flags = common_flags(facts);
  if (!facts.any_sent) return {Outcome::not_sent, flags, why_unanswered(facts)};
  if (!facts.head) return {Outcome::ambiguous, flags, why_unanswered(facts)};
  if (contains(endpoint.accepted, facts.head->status))
    return judge_accepted(facts, endpoint.identity, flags);
  if (contains(endpoint.rejected, facts.head->status))
    return {Outcome::rejected, flags, Cause::status};
  return {Outcome::ambiguous, flags, Cause::status};
}

}  // namespace votebench::adapters
