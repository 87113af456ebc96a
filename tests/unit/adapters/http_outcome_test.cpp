#include "adapters/http/http_outcome.h"

#include "support/catch.h"

using namespace votebench;
using namespace votebench::adapters;

namespace {

AttemptFacts answered(std::uint16_t status, bool echoed) {
  AttemptFacts facts;
  facts.any_sent = facts.all_sent = facts.body_complete = true;
  facts.head = ResponseHead{.status = status, .echoed = echoed};
  return facts;
}

Judgement judged(const AttemptFacts& facts, IdentityMode identity = IdentityMode::echoed) {
  VoteEndpoint endpoint;
  endpoint.identity = identity;
  return judge_attempt(facts, endpoint);
}

}  // namespace

TEST_CASE("an accepted status counts with our id only") {
  CHECK(judged(answered(200, true)).outcome == Outcome::acked);
  CHECK(judged(answered(200, true)).flags == 0);
  CHECK(judged(answered(200, false)).outcome == Outcome::ambiguous);
  CHECK(judged(answered(200, false)).flags == kNotEchoed);
  CHECK(judged(answered(200, false), IdentityMode::sent).outcome == Outcome::acked);
  CHECK(judged(answered(200, false), IdentityMode::none).outcome == Outcome::acked);
}

TEST_CASE("only the closed list is a rejection") {
  for (const int status : {400, 404, 405}) {
    CHECK(judged(answered(static_cast<std::uint16_t>(status), false)).outcome == Outcome::rejected);
  }
  for (const int status : {101, 201, 204, 301, 302, 401, 408, 429, 500, 502, 503, 999})
    CHECK(judged(answered(static_cast<std::uint16_t>(status), true)).outcome == Outcome::ambiguous);
}

TEST_CASE("nothing sent is not sent, whatever else happened") {
  AttemptFacts facts = answered(200, true);
  facts.any_sent = facts.all_sent = false;
  CHECK(judged(facts).outcome == Outcome::not_sent);
  facts = {};
  facts.timed_out = true;
  CHECK(judged(facts).outcome == Outcome::not_sent);
  CHECK(judged(facts).flags == (kTimedOut | kConnectFailed));
}

TEST_CASE("an answer before the last byte of the request proves nothing") {
  AttemptFacts facts = answered(200, true);
  facts.all_sent = false;
  CHECK(judged(facts).outcome == Outcome::ambiguous);
  facts.head->status = 400;
  CHECK(judged(facts).outcome == Outcome::rejected);
}

TEST_CASE("a truncated body keeps the acknowledgement, a missing head does not") {
  AttemptFacts facts = answered(200, true);
  facts.body_complete = false;
  facts.broken = true;
  CHECK(judged(facts).outcome == Outcome::acked);
  CHECK(judged(facts).flags == (kTruncatedBody | kClosedEarly));
  facts.head.reset();
  CHECK(judged(facts).outcome == Outcome::ambiguous);
  CHECK(judged(facts).flags == kClosedEarly);
  facts.broken = false;
  facts.timed_out = true;
  CHECK(judged(facts).flags == kTimedOut);
  facts.malformed = true;
  CHECK(judged(facts).flags == (kTimedOut | kMalformedAnswer));
}
