#include "adapters/http/http_outcome.h"

#include <cerrno>

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

TEST_CASE("where the app makes the ids, an accepted status counts with an id only") {
  AttemptFacts facts = answered(200, true);
  CHECK(judged(facts, IdentityMode::answered).outcome == Outcome::ambiguous);
  CHECK(judged(facts, IdentityMode::answered).cause == Cause::no_id);
  facts.tells_id = true;
  CHECK(judged(facts, IdentityMode::answered).outcome == Outcome::acked);
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
  facts.malformed = Cause::bad_chunk;
  CHECK(judged(facts).flags == (kTimedOut | kMalformedAnswer));
}

TEST_CASE("what is not accepted has a cause, what is accepted has none") {
  CHECK(judged(answered(200, true)).cause == Cause::none);
  CHECK(judged(answered(500, true)).cause == Cause::status);
  CHECK(judged(answered(404, true)).cause == Cause::status);
  CHECK(judged(answered(200, false)).cause == Cause::not_echoed);
  AttemptFacts early = answered(200, true);
  early.all_sent = false;
  CHECK(judged(early).cause == Cause::answered_early);
}

TEST_CASE("the cause of an attempt without an answer") {
  const auto cause = [](const AttemptFacts& facts) { return judged(facts).cause; };
  CHECK(cause({.error = ECONNREFUSED}) == Cause::refused);
  CHECK(cause({.error = EMFILE}) == Cause::open_files);
  CHECK(cause({.error = EADDRNOTAVAIL}) == Cause::local_ports);
  CHECK(cause({.error = EPROTO}) == Cause::no_tls);
  CHECK(cause({.timed_out = true}) == Cause::connect_timed_out);
  CHECK(cause({.any_sent = true, .timed_out = true}) == Cause::timed_out);
  CHECK(cause({.any_sent = true, .given_up = true}) == Cause::given_up);
  CHECK(cause({.any_sent = true, .broken = true}) == Cause::closed_early);
  CHECK(cause({.any_sent = true, .broken = true, .error = ECONNRESET}) == Cause::reset);
  // It spoke TLS until then.
  CHECK(cause({.any_sent = true, .broken = true, .error = EPROTO}) == Cause::closed_early);
  AttemptFacts kept{.any_sent = true, .broken = true, .kept = true, .error = ECONNRESET};
  CHECK(cause(kept) == Cause::closed_kept);
  kept.answer_began = true;
  CHECK(cause(kept) == Cause::reset);
  kept.malformed = Cause::many_lengths;
  CHECK(cause(kept) == Cause::many_lengths);
}
