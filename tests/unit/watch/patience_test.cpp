#include "watch/patience.h"

#include "support/catch.h"
#include "watch/cadence.h"
#include "watch/drain_words.h"
#include "watch/reachability.h"

using namespace votebench;
using namespace votebench::watch;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {
const Instant kBegin{std::chrono::hours(5)};
}

TEST_CASE("the drain rate is measured to the last vote that moved") {
  DrainRate rate;
  CHECK(rate.per_second() == 0);
  CHECK_FALSE(rate.time_for_rest());
  rate.observe(kBegin, 300);
  CHECK_FALSE(rate.time_for_rest());
  rate.observe(kBegin + seconds(5), 250);
  CHECK(rate.per_second() == Approx(10));
  CHECK(*rate.time_for_rest() == seconds(25));
  rate.observe(kBegin + seconds(9), 250);  // a stall is not a lower rate
  CHECK(rate.per_second() == Approx(10));
  rate.observe(kBegin + seconds(10), 400);  // somebody pushed: a new backlog
  CHECK_FALSE(rate.time_for_rest());
}

TEST_CASE("the limit counts only while nothing moves") {
  Patience patience(kBegin, seconds(5));
  CHECK_FALSE(patience.is_over(kBegin + milliseconds(4999), {}));
  CHECK(patience.is_over(kBegin + seconds(5), {}));
  patience.moved(kBegin + seconds(4));
  CHECK_FALSE(patience.is_over(kBegin + milliseconds(8999), {}));
  CHECK(patience.is_over(kBegin + seconds(9), {}));
  CHECK(patience.still_for(kBegin + seconds(9)) == seconds(5));
  patience.moved(kBegin + seconds(9));
  CHECK_FALSE(patience.is_over(kBegin + milliseconds(9999), {}));
  CHECK(patience.is_over(kBegin + seconds(10), {}));  // the hard cap
}

TEST_CASE("past the limit a backlog goes on only if it will be done before the cap") {
  Patience patience(kBegin, seconds(5));
  patience.moved(kBegin + seconds(5));
  CHECK_FALSE(patience.is_over(kBegin + milliseconds(4900), seconds(100)));
  CHECK_FALSE(patience.is_over(kBegin + seconds(5), seconds(5)));
  CHECK(patience.is_over(kBegin + seconds(5), seconds(6)));
}

TEST_CASE("looks are due on the grid, before t0 too") {
  const Cadence cadence(kBegin, milliseconds(100));
  CHECK(cadence.next(kBegin) == kBegin + milliseconds(100));
  CHECK(cadence.next(kBegin + milliseconds(250)) == kBegin + milliseconds(300));
  CHECK(cadence.next(kBegin - milliseconds(250)) == kBegin - milliseconds(200));
  CHECK(cadence.next(kBegin - milliseconds(200)) == kBegin - milliseconds(100));
}

TEST_CASE("a gap is more than four cadences, and not the store's fault") {
  Cadence cadence(kBegin, milliseconds(100));
  CHECK_FALSE(cadence.gap_before(kBegin));
  CHECK_FALSE(cadence.gap_before(kBegin + milliseconds(400)));
  CHECK(cadence.gap_before(kBegin + milliseconds(801)) == milliseconds(401));
  cadence.forget_last();
  CHECK_FALSE(cadence.gap_before(kBegin + seconds(5)));
}

TEST_CASE("what is said when a drain is given up") {
  Settlement settlement;
  settlement.drain = minutes(1);
  settlement.drain_rate_per_s = 9.9;
  settlement.still_needed = seconds(233);
  CHECK(reason_of({.waiting = 2310, .missing = {}, .obstacle = {}}, settlement) ==
        "2,310 votes still queued after 1m00s (worker 9.9/s: needs 3m53s; set drain.timeout: 5m)");
  CHECK(reason_of({.interrupted = true, .waiting = 1, .missing = {}, .obstacle = {}}, settlement) ==
        "the drain was interrupted, 1 vote still queued after 1m00s");
  settlement.still_needed.reset();
  CHECK(reason_of({.waiting = 2310, .missing = {}, .obstacle = {}}, settlement) ==
        "2,310 votes still queued after 1m00s; nothing moves, is the worker running?");
  CHECK(reason_of({.missing = 1, .obstacle = "a worker holds it"}, settlement) ==
        "1 vote accepted but without a row after 1m00s: a worker holds it");
  CHECK(reason_of({.missing = {}, .obstacle = "a worker holds it"}, settlement) ==
        "not settled after 1m00s: a worker holds it");
}

TEST_CASE("what a drain found out is said, and only that") {
  using enum Ground::Kind;
  Settlement settlement;
  CHECK(grounds_of_drain({}, settlement).empty());
  settlement.trailing_cast = 3;
  settlement.trailing_rows = 2;
  DrainFindings found{
      .serial_samples = 4, .consumers = 2, .hands_are_empty = true, .nothing_elsewhere = true};
  const Grounds seen = grounds_of_drain(found, settlement);
  REQUIRE(seen.size() == 4);
  CHECK(seen[0] == Ground{measured, "trailing votes",
                          "2 of 3 that were cast behind the load came to the table"});
  CHECK(seen[1].text == "nothing in 4 readings of the table speaks against one vote at a time");
  CHECK(seen[2].text == "2 clients took votes, none holds one any more");
  CHECK(seen[3].kind == looked_at);
  found.serial_refuted = "7 rows came after the lists were empty, from 1 worker";
  CHECK(grounds_of_drain(found, settlement)[1] ==
        Ground{measured, "workers", "several votes at a time: " + found.serial_refuted});
}

TEST_CASE("assumptions are named only where they are leaned on") {
  const TargetSettings target;
  const auto seen = empty_handed_assumptions(target, HandsFinding{});
  REQUIRE(seen.size() == 3);
  CHECK(seen[2] == "a worker's connection to Redis lasts longer than the 250 ms between two looks");
  const auto unseen = empty_handed_assumptions(target, HandsFinding{.leans_on_max_hold = true});
  REQUIRE(unseen.size() == 3);
  CHECK(unseen[2] ==
        "a worker that disconnected holds no vote for longer than 10 s (worker.max_hold)");
  const auto several = empty_handed_assumptions(
      target, HandsFinding{.leans_on_max_hold = true, .several_at_once = true});
  REQUIRE(several.size() == 2);
  CHECK(several[1] == "no worker holds a vote for longer than 10 s (worker.max_hold)");
}
