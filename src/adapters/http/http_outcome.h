// From what happened on the wire to the outcome of an attempt (design: audit, section 2).
#pragma once

#include <optional>
#include <vector>

#include "adapters/http/http_head.h"
#include "vote/attempt.h"
#include "vote/target_settings.h"

namespace votebench::adapters {

struct AttemptFacts {
  bool any_sent = false;  // at least one byte of the request can have left us
  bool all_sent = false;  // all of them had, before the first byte of the answer came
  std::optional<ResponseHead> head{};
  bool body_complete = false;
  bool tells_id = false;          // where the answer was to tell one
  Cause malformed = Cause::none;  // why head or body are
  bool timed_out = false;
  bool broken = false;    // the peer closed or reset before a complete answer
  bool given_up = false;  // we ended it
  bool answer_began = false;
  bool kept = false;  // on a connection that had served before
  int error = 0;      // errno that ended the connection, 0 = none
};

struct Judgement {
  Outcome outcome = Outcome::none;
  std::uint8_t flags = 0;  // AttemptFlag bits
  Cause cause = Cause::none;
};

[[nodiscard]] Judgement judge_attempt(const AttemptFacts& facts, const VoteEndpoint& endpoint);

}  // namespace votebench::adapters
