#include "vote/unaccepted.h"

#include <cerrno>
#include <set>
#include <vector>

#include "support/catch.h"

using namespace votebench;
using namespace std::chrono_literals;

namespace {

class Slots final : public AttemptHistory {
 public:
  std::vector<Attempt> slots;

  Attempt& add(Outcome outcome, Cause cause, std::uint16_t status = 0, Nanoseconds took = 0ns) {
    Attempt attempt;
    attempt.state = AttemptState::concluded;
    attempt.outcome = outcome;
    attempt.cause = cause;
    attempt.status = status;
    attempt.done_100ns = static_cast<std::uint32_t>(took / 100ns);
    return slots.emplace_back(attempt);
  }

 private:
  void visit_blocks(BlockVisitor visitor, void* context) const override {
    visitor(context, 0, slots.data(), slots.size());
  }
};

}  // namespace

TEST_CASE("votes that were not accepted are counted by cause and status") {
  Slots history;
  history.add(Outcome::acked, Cause::none, 200);
  for (int i = 0; i < 3; ++i) history.add(Outcome::ambiguous, Cause::status, 500, 1ms * (i + 2));
  history.add(Outcome::ambiguous, Cause::status, 503, 2ms);
  history.add(Outcome::not_sent, Cause::refused);
  history.add(Outcome::not_sent, Cause::refused);
  history.add(Outcome::ambiguous, Cause::timed_out, 0, 3s);
  const auto votes = unaccepted_votes(history);
  REQUIRE(votes.size() == 4);
  CHECK(votes[0].count == 3);
  CHECK(votes[0].status == 500);
  CHECK(votes[0].longest == 4ms);
  CHECK(votes[1].outcome == Outcome::not_sent);
  CHECK(list_of(votes) ==
        "3 x status 500 within 4 ms, 2 x connection refused, 1 x status 503 within 2 ms, 1 more "
        "cause");
  CHECK(list_of({votes[3]}) == "1 x no answer in time after 3 s");
}

TEST_CASE("an accepted vote has no cause") {
  Slots history;
  history.add(Outcome::acked, Cause::none, 200).flags = kTruncatedBody | kClosedEarly;
  CHECK(unaccepted_votes(history).empty());
  CHECK(list_of({}).empty());
}

TEST_CASE("a record from before causes were kept tells by its flags") {
  const auto cause = [](std::uint16_t status, unsigned flags) {
    Slots history;
    history.add(Outcome::ambiguous, Cause::none, status).flags = static_cast<std::uint8_t>(flags);
    return unaccepted_votes(history).at(0).cause;
  };
  CHECK(cause(500, 0) == Cause::status);
  CHECK(cause(200, kNotEchoed) == Cause::not_echoed);
  CHECK(cause(0, kConnectFailed) == Cause::no_connection);
  CHECK(cause(0, kConnectFailed | kTimedOut) == Cause::connect_timed_out);
  CHECK(cause(0, kTimedOut) == Cause::timed_out);
  CHECK(cause(0, kClosedEarly) == Cause::closed_early);
  CHECK(cause(0, kMalformedAnswer) == Cause::not_http);
  CHECK(cause(0, 0) == Cause::given_up);
}

TEST_CASE("a vote whose end is not on record was given up") {
  Slots history;
  history.add(Outcome::none, Cause::none).state = AttemptState::intended;
  const auto votes = unaccepted_votes(history);
  REQUIRE(votes.size() == 1);
  CHECK(votes[0].cause == Cause::given_up);
  CHECK(votes[0].outcome == Outcome::ambiguous);
}

TEST_CASE("advice is by cause: more time is no help against a refusal or an error") {
  for (const Unaccepted& votes : {Unaccepted{.cause = Cause::refused, .count = 9},
                                  Unaccepted{.cause = Cause::status, .status = 500, .count = 9},
                                  Unaccepted{.cause = Cause::open_files, .count = 9}}) {
    const auto advice = advice_on({votes});
    REQUIRE(advice.size() == 1);
    CHECK(advice[0].find("timeout") == std::string::npos);
  }
  CHECK(advice_on({{.cause = Cause::timed_out, .count = 9}}).at(0).find("http.timeout") !=
        std::string::npos);
}

TEST_CASE("advice is about what makes up a notable part, and is given once") {
  const std::vector<Unaccepted> votes{{.cause = Cause::status, .status = 500, .count = 90},
                                      {.cause = Cause::status, .status = 501, .count = 15},
                                      {.cause = Cause::refused, .count = 2}};
  CHECK(advice_on(votes) == std::vector{std::string(advice_on_status(500))});
}

TEST_CASE("each cause has words of its own, and limits of ours are told apart") {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < kCauses; ++i) {
    const CauseWords& row = words_of(static_cast<Cause>(i));
    CHECK(words.insert(row.words).second);
    CHECK(row.ours == (row.cause == Cause::open_files || row.cause == Cause::local_ports ||
                       row.cause == Cause::memory));
  }
  CHECK(cause_of_error(EMFILE) == Cause::open_files);
  CHECK(cause_of_error(EADDRNOTAVAIL) == Cause::local_ports);
  CHECK(cause_of_error(ECONNREFUSED) == Cause::refused);
}
