#include "watch/queue_tracker.h"

#include "support/catch.h"
#include "unit/watch/clients.h"

using namespace votebench;
using namespace votebench::watch;
using std::chrono::seconds;

namespace {

QueueSnapshot snapshot(std::uint64_t depth, std::uint64_t calls, std::uint64_t failed = 0) {
  QueueSnapshot look;
  look.server_id = "one";
  look.depth = depth;
  look.pushed = calls - failed;
  look.counters = {{"info", 9}, {"rpush", calls}, {"rpush failed", failed}};
  look.uptime_s = 10;
  return look;
}

std::vector<std::string> names(const std::vector<RunEvent>& events) {
  std::vector<std::string> result;
  for (const RunEvent& event : events) result.push_back(event.name);
  return result;
}

using Names = std::vector<std::string>;
const Result<QueueSnapshot> kSilence = fail(ErrorKind::environment, "no answer");

QueueClient client(std::uint64_t id, const std::string& command) {
  QueueClient made;
  made.id = id;
  test::set_command(made, command);
  return made;
}

}  // namespace

TEST_CASE("pushed is the delta of calls without the failed ones") {
  QueueTracker tracker(snapshot(3, 100, 7));
  CHECK(tracker.observe({}, snapshot(5, 110, 9)).empty());
  CHECK(tracker.history().pushed == 8);
  CHECK(tracker.history().depth_max == 5);
  tracker.observe({}, snapshot(1, 111, 9));
  CHECK(tracker.history().pushed == 9);
  CHECK(tracker.history().depth_max == 5);
  CHECK(tracker.history().same_server);
}

TEST_CASE("another server id voids every delta and is an event once") {
  QueueTracker tracker(snapshot(0, 5));
  tracker.observe({}, snapshot(4, 9));
  QueueSnapshot other = snapshot(0, 0);
  other.server_id = "two";
  const auto events = tracker.observe(seconds(3), other);
  REQUIRE(names(events) == Names{"restarted"});
  CHECK(events[0].at == seconds(3));
  CHECK(events[0].detail.find("4 votes were in the list") != std::string::npos);
  CHECK(tracker.observe({}, other).empty());
  CHECK(tracker.history().restarts == 1);
  CHECK_FALSE(tracker.history().same_server);
  CHECK_FALSE(tracker.history().pushed);
}

TEST_CASE("each falling counter tells of a reset, even when nothing else changed") {
  QueueSnapshot before = snapshot(0, 5, 2);
  before.dropped = 3;
  const auto events_of = [&](const std::function<void(QueueSnapshot&)>& change) {
    QueueTracker tracker(before);
    QueueSnapshot now = before;
    change(now);
    const auto events = names(tracker.observe({}, now));
    CHECK(tracker.history().same_server == events.empty());
    CHECK(tracker.history().pushed.has_value() == events.empty());
    return events;
  };
  CHECK(events_of([](QueueSnapshot&) {}).empty());
  CHECK(events_of([](QueueSnapshot& now) { now.counters["rpush"] = 4; }) ==
        Names{"counters-reset"});
  CHECK(events_of([](QueueSnapshot& now) { now.counters["rpush failed"] = 1; }) ==
        Names{"counters-reset"});
  CHECK(events_of([](QueueSnapshot& now) { now.uptime_s = 9; }) == Names{"counters-reset"});
  CHECK(events_of([](QueueSnapshot& now) { now.dropped = 0; }) == Names{"counters-reset"});
}

TEST_CASE("evictions are counted since the baseline") {
  QueueSnapshot before = snapshot(0, 5);
  before.dropped = 3;
  QueueTracker tracker(before);
  QueueSnapshot now = before;
  now.dropped = 5;
  CHECK(names(tracker.observe({}, now)) == Names{"evicted"});
  CHECK(tracker.observe({}, now).empty());
  CHECK(tracker.history().evicted == 2);
}

TEST_CASE("silence and return are one event each") {
  QueueTracker tracker(snapshot(0, 5));
  CHECK(names(tracker.observe({}, kSilence)) == Names{"unreachable"});
  CHECK(tracker.observe({}, kSilence).empty());
  CHECK(names(tracker.observe({}, snapshot(0, 6))) == Names{"back"});
  CHECK(tracker.history().pushed == 1);
  QueueSnapshot other = snapshot(0, 0);
  other.server_id = "two";
  tracker.observe({}, kSilence);
  CHECK(names(tracker.observe({}, other)) == Names{"back", "restarted"});
}

TEST_CASE("consumers are who took an element, also after another command") {
  QueueTracker tracker(snapshot(0, 0));
  tracker.observe_clients(Instant(seconds(1)),
                          {client(1, "rpush"), client(2, "lpop"), client(3, "info")});
  REQUIRE(tracker.history().consumers.size() == 1);
  tracker.observe_clients(Instant(seconds(2)), {client(2, "ping"), client(3, "blmove")});
  REQUIRE(tracker.history().consumers.size() == 2);
  CHECK(tracker.history().consumers[0].seen_since == Instant(seconds(1)));
  CHECK(tracker.history().consumers[1].seen_since == Instant(seconds(2)));
  CHECK(tracker.history().consumers[0].client.command == "ping");
  CHECK(tracker.history().consumers[1].client.id == 3);
  tracker.observe_clients(Instant(seconds(3)), {client(3, "blmove")});
  tracker.observe_clients(Instant(seconds(4)), {client(3, "blmove")});
  CHECK(tracker.history().consumers[0].gone_since == Instant(seconds(3)));
  CHECK_FALSE(tracker.history().consumers[1].gone_since);
}

TEST_CASE("trap: after a restart the same client id is another client") {
  QueueTracker tracker(snapshot(0, 0));
  tracker.observe_clients(Instant(seconds(1)), {client(7, "lpop")});
  QueueSnapshot other = snapshot(0, 0);
  other.server_id = "two";
  tracker.observe({}, other);
  tracker.observe_clients(Instant(seconds(2)), {client(7, "lpop")});
  REQUIRE(tracker.history().consumers.size() == 2);
  CHECK(tracker.history().consumers[0].gone_since == Instant(seconds(2)));
  CHECK_FALSE(tracker.history().consumers[1].gone_since);
}

TEST_CASE("a worker that connects anew for every vote does not fill the memory") {
  QueueTracker tracker(snapshot(0, 0));
  for (std::uint64_t i = 0; i < 1200; ++i)
    tracker.observe_clients(Instant(seconds(i)), {client(i, "lpop")});
  CHECK(tracker.history().consumers.size() == QueueHistory::kMaxGone + 1);
  CHECK(tracker.history().consumers.front().client.id == 199);
  CHECK_FALSE(tracker.history().consumers.back().gone_since);
}

TEST_CASE("counters that were reset between two looks are worth nothing, however high they are") {
  QueueTracker tracker(snapshot(0, 5));
  QueueSnapshot look = snapshot(0, 9);
  CHECK(tracker.observe({}, look).empty());
  look.pushed = 40;
  look.counters = {{"rpush", 40}, {"rpush failed", 0}};
  look.resets = 1;
  CHECK(names(tracker.observe({}, look)) == Names{"counters-reset"});
  CHECK_FALSE(tracker.history().same_server);
  CHECK_FALSE(tracker.history().pushed);
}

TEST_CASE("calls that take votes past the side lists are counted over resets and restarts") {
  QueueSnapshot look = snapshot(0, 5);
  look.taken_bare = 7;
  QueueTracker tracker(look);
  const auto taken = [&](std::uint64_t calls) {
    look.taken_bare = calls;
    tracker.observe({}, look);
    return tracker.history().taken_bare;
  };
  CHECK(taken(7) == 0);
  CHECK(taken(9) == 2);
  ++look.resets;
  CHECK(taken(10) == 12);  // all of them came since
  look.server_id = "another";
  CHECK(taken(11) == 23);
  CHECK(taken(12) == 24);
}

TEST_CASE("a list that grows by more than was pushed shows that pushes carry several votes") {
  QueueTracker tracker(snapshot(2, 5));
  tracker.observe({}, snapshot(6, 9));
  CHECK_FALSE(tracker.history().pushes_undercount);
  tracker.observe({}, snapshot(8, 10));
  CHECK(tracker.history().pushes_undercount);
  tracker.observe({}, snapshot(0, 11));
  CHECK(tracker.history().pushes_undercount);
}

TEST_CASE("who only pushes, or only reads, is told from who does anything else") {
  QueueTracker tracker(snapshot(0, 0));
  tracker.observe_clients(Instant(seconds(1)),
                          {client(1, "rpush"), client(2, "get"), client(3, "hincrby"),
                           client(4, "subscribe"), client(5, "lpop"), client(6, "rpush")});
  REQUIRE(tracker.history().others.size() == 1);
  CHECK(tracker.history().others[0].client.id == 3);
  CHECK(tracker.history().pushers.size() == 2);
  CHECK(tracker.history().consumers.size() == 1);
  // It pushed, it pushed and reads, it read and sets.
  tracker.observe_clients(Instant(seconds(2)),
                          {client(1, "set"), client(2, "set"), client(3, "ping"),
                           client(4, "subscribe"), client(5, "set"), client(6, "get")});
  REQUIRE(tracker.history().others.size() == 3);
  CHECK(tracker.history().others[0].client.id == 3);
  CHECK(tracker.history().others[1].client.id == 2);
  CHECK(tracker.history().others[2].client.id == 1);
  CHECK(tracker.history().others[2].pushed);
  CHECK(tracker.history().others[2].seen_since == Instant(seconds(1)));
  CHECK(tracker.history().pushers.size() == 1);
  CHECK(tracker.history().consumers.size() == 1);  // once a consumer, always one
}

TEST_CASE("another that takes an element at last is a consumer, and no other any more") {
  QueueTracker tracker(snapshot(0, 0));
  tracker.observe_clients(Instant(seconds(1)), {client(3, "hincrby"), client(4, "rpush")});
  tracker.observe_clients(Instant(seconds(2)), {client(3, "lpop"), client(4, "lpop")});
  CHECK(tracker.history().others.empty());
  CHECK(tracker.history().pushers.empty());
  REQUIRE(tracker.history().consumers.size() == 2);
  CHECK(tracker.history().consumers[0].client.id == 4);
  CHECK(tracker.history().consumers[0].pushed);
  tracker.observe_clients(Instant(seconds(3)), {client(3, "lpop")});
  CHECK(tracker.history().consumers[0].gone_since == Instant(seconds(3)));
}

TEST_CASE("others that come and go do not fill the memory") {
  QueueTracker tracker(snapshot(0, 0));
  for (std::uint64_t i = 0; i < 1200; ++i)
    tracker.observe_clients(Instant(seconds(i)), {client(i, "set")});
  CHECK(tracker.history().others.size() == QueueHistory::kMaxGone + 1);
}

TEST_CASE("a pop that waits is remembered") {
  QueueTracker tracker(snapshot(0, 0));
  tracker.observe_clients(Instant(seconds(1)), {client(1, "lpop")});
  CHECK_FALSE(tracker.history().blocking_pops);
  tracker.observe_clients(Instant(seconds(2)), {client(1, "blpop")});
  tracker.observe_clients(Instant(seconds(3)), {client(1, "set")});
  CHECK(tracker.history().blocking_pops);
}

TEST_CASE("growth is compared with the pushes since the last look, not since the beginning") {
  QueueTracker tracker(snapshot(5, 10));
  tracker.observe({}, snapshot(8, 13));
  tracker.observe({}, snapshot(10, 15));
  CHECK_FALSE(tracker.history().pushes_undercount);
  tracker.observe({}, snapshot(14, 18));
  CHECK(tracker.history().pushes_undercount);
}

TEST_CASE("evictions are counted on where their counter begins anew") {
  const auto look = [](std::uint64_t dropped, const char* server) {
    QueueSnapshot taken = snapshot(0, 0);
    taken.dropped = dropped;
    taken.server_id = server;
    return taken;
  };
  QueueTracker tracker(snapshot(0, 0));
  tracker.observe({}, look(3, "one"));
  const auto events = tracker.observe({}, look(7, "one"));
  REQUIRE(names(events) == Names{"evicted"});
  CHECK(events[0].detail == "4 keys were dropped for lack of memory");
  CHECK(tracker.observe({}, look(7, "one")).empty());
  CHECK(tracker.history().evicted == 7);
  tracker.observe({}, look(9, "two"));  // all of them are its own
  CHECK(tracker.history().evicted == 16);
  tracker.observe({}, look(2, "two"));  // its counters were reset
  CHECK(tracker.history().evicted == 18);
}

TEST_CASE("what was seen of a pop that waits is not forgotten for a baseline without one") {
  QueueTracker tracker(snapshot(0, 0));
  QueueBaseline baseline;
  baseline.blocking_pops = true;
  tracker.remember(baseline);
  tracker.remember(QueueBaseline());
  CHECK(tracker.history().blocking_pops);
}

TEST_CASE("voters whose votes were seen in a list are remembered, once each and not without end") {
  QueueTracker tracker(snapshot(0, 0));
  adapters::QueueContents contents;
  contents.list.own = {9, 3, kFirstProbeIndex, 3};
  contents.in_flight.resize(1);
  contents.in_flight[0].own = {4};
  tracker.observe_contents(contents);
  contents.list.own = {5};
  contents.in_flight[0].own.clear();
  tracker.observe_contents(contents);
  CHECK(tracker.history().own_seen == std::vector<VoterIndex>{3, 4, 5, 9});
  for (VoterIndex voter = 0; voter < 2 * QueueHistory::kMaxOwnSeen; ++voter)
    contents.list.own.push_back(voter);
  tracker.observe_contents(contents);
  CHECK(tracker.history().own_seen.size() == QueueHistory::kMaxOwnSeen);
  CHECK(tracker.history().own_seen.back() == QueueHistory::kMaxOwnSeen - 1);
}

TEST_CASE("whoever is remembered stays so when there is room for no more") {
  QueueTracker tracker(snapshot(0, 0));
  adapters::QueueContents contents;
  for (VoterIndex voter = 1; voter <= QueueHistory::kMaxOwnSeen; ++voter)
    contents.list.own.push_back(voter);
  tracker.observe_contents(contents);
  contents.list.own = {0};
  tracker.observe_contents(contents);
  CHECK(tracker.history().own_seen.front() == 1);
  CHECK(tracker.history().own_seen.back() == QueueHistory::kMaxOwnSeen);
}

TEST_CASE("a worker that pushes may have pushed a vote again") {
  QueueTracker tracker(snapshot(0, 0));
  tracker.observe_clients(Instant(seconds(1)), {client(1, "lpop"), client(2, "rpush")});
  CHECK_FALSE(tracker.history().consumers_push());
  tracker.observe_clients(Instant(seconds(2)), {client(1, "rpush"), client(2, "rpush")});
  CHECK(tracker.history().consumers_push());
}

TEST_CASE("an id of ours makes the list that it stood in believed, for good") {
  QueueTracker tracker(snapshot(0, 0));
  CHECK_FALSE(tracker.history().list_seen());
  adapters::QueueContents contents;
  contents.in_flight.resize(2);
  tracker.observe_contents(contents);
  CHECK_FALSE(tracker.history().list_seen());
  contents.in_flight[1].own = {kFirstProbeIndex};
  tracker.observe_contents(contents);
  contents.in_flight[1].own.clear();
  tracker.observe_contents(contents);
  CHECK(tracker.history().list_seen());
  CHECK(tracker.history().seen_in_list(2));
  CHECK_FALSE(tracker.history().seen_in_list(0));
  QueueTracker later(snapshot(0, 0));
  QueueBaseline baseline;
  baseline.seen_in = {true};
  later.remember(baseline);
  CHECK(later.history().seen_in_list(0));
}

namespace {

// A queue that knows what is in hand.
QueueSnapshot handing(std::uint64_t delivered, std::uint64_t in_hand, std::uint64_t acknowledged) {
  QueueSnapshot look = snapshot(0, 100);
  look.delivered = delivered;
  look.in_flight_depths = {in_hand};
  look.acknowledged = acknowledged;
  look.removed = 0;
  return look;
}

}  // namespace

TEST_CASE("handed out, not in hand any more and never acknowledged: taken bare") {
  QueueTracker tracker(handing(10, 0, 10));
  tracker.observe({}, handing(15, 3, 11));  // some of the five may have been acknowledged together
  CHECK(tracker.history().taken_bare == 0);
  tracker.observe({}, handing(20, 8, 11));
  CHECK(tracker.history().taken_bare == 0);
  tracker.observe({}, handing(24, 8, 11));
  CHECK(tracker.history().taken_bare == 4);
  tracker.observe({}, handing(24, 7, 11));
  CHECK(tracker.history().taken_bare == 5);
}

TEST_CASE("elements that were removed are passed by a count of those handed out, and not taken") {
  QueueSnapshot before = handing(10, 0, 0);
  before.removed = 7;
  QueueTracker tracker(before);
  tracker.observe({}, handing(18, 1, 0));  // one of eight, seven of them are gone
  CHECK(tracker.history().taken_bare == 0);
}

TEST_CASE("of removed elements only those that were passed since are not taken") {
  QueueSnapshot before = handing(10, 0, 0);
  before.removed = 7;
  QueueTracker tracker(before);
  QueueSnapshot look = handing(18, 1, 0);
  look.removed = 2;  // five of the seven were passed
  tracker.observe({}, look);
  CHECK(tracker.history().taken_bare == 2);
}

TEST_CASE("what was handed over is counted from look to look") {
  QueueTracker tracker(handing(10, 0, 10));
  QueueSnapshot look = handing(10, 0, 10);
  for (const std::uint64_t calls : {2U, 3U, 5U}) {
    look.handed_over = calls;
    tracker.observe({}, look);
  }
  CHECK(tracker.history().handed_over == 5);
}

TEST_CASE("an acknowledgement between two looks keeps them from being held against each other") {
  QueueTracker tracker(handing(10, 2, 10));
  tracker.observe({}, handing(10, 0, 12));
  CHECK(tracker.history().taken_bare == 0);
  QueueSnapshot unknown = handing(10, 0, 12);
  unknown.delivered.reset();
  tracker.observe({}, unknown);
  tracker.observe({}, handing(20, 0, 12));  // what was delivered before is not known
  CHECK(tracker.history().taken_bare == 0);
}

TEST_CASE("a restart makes no element taken bare, nor one handed over") {
  QueueSnapshot before = handing(10, 0, 10);
  before.handed_over = 3;
  QueueTracker tracker(before);
  QueueSnapshot other = handing(10, 0, 0);
  other.server_id = "two";
  tracker.observe({}, other);
  CHECK(tracker.history().taken_bare == 0);
  other.handed_over = 2;
  tracker.observe({}, other);
  CHECK(tracker.history().handed_over == 2);
}

TEST_CASE("elements that went before a worker had them are counted once, and are an event") {
  QueueTracker tracker(handing(0, 0, 0));
  QueueSnapshot look = handing(0, 0, 0);
  look.removed = 5;
  const auto events = tracker.observe({}, look);
  REQUIRE(names(events) == Names{"removed"});
  CHECK(events[0].detail == "5 votes were thrown out of the queue before a worker had them");
  look.removed.reset();  // not known
  CHECK(tracker.observe({}, look).empty());
  look.removed = 5;
  CHECK(tracker.observe({}, look).empty());
  look.removed = 0;  // the workers have passed them
  CHECK(tracker.observe({}, look).empty());
  look.removed = 2;
  CHECK(names(tracker.observe({}, look)) == Names{"removed"});
  CHECK(tracker.history().removed == 7);
  look.removed = 6;
  const auto more = tracker.observe({}, look);
  REQUIRE(names(more) == Names{"removed"});
  CHECK(more.front().detail.starts_with("4 votes were thrown out"));
  CHECK(tracker.history().removed == 11);
  CHECK(tracker.history().same_server);
}

TEST_CASE("the way through several lists is seen when each of them has shown a vote") {
  QueueSnapshot look = snapshot(0, 0);
  look.in_flight_depths = {0};
  look.further_depths = {0, 0};
  QueueTracker tracker(look);
  tracker.note_seen_in({true, true, true});
  CHECK(tracker.history().list_seen());
  CHECK_FALSE(tracker.history().way_seen());
  tracker.note_seen_in({false, false, false, true});
  CHECK(tracker.history().way_seen());
}

TEST_CASE("who came while the run went on and reads data may have taken a vote before") {
  QueueTracker tracker(snapshot(0, 0));
  tracker.observe_clients(Instant(seconds(1)), {client(1, "get"), client(2, "lpop")});
  CHECK(tracker.history().others.empty());  // it was there before the votes
  tracker.observe_clients(Instant(seconds(2)),
                          {client(1, "get"), client(2, "lpop"), client(3, "get"), client(4, "info"),
                           client(5, "llen")});
  REQUIRE(tracker.history().others.size() == 1);
  CHECK(tracker.history().others[0].client.id == 3);
}

TEST_CASE("that a worker asked, or pushed, is remembered") {
  QueueTracker tracker(snapshot(0, 0));
  tracker.observe_clients(Instant(seconds(1)), {client(1, "eval"), client(2, "lpop")});
  tracker.observe_clients(Instant(seconds(2)), {client(1, "ping"), client(2, "rpush")});
  tracker.observe_clients(Instant(seconds(3)), {client(1, "ping"), client(2, "llen")});
  const auto& seen = tracker.history().consumers;
  REQUIRE(seen.size() == 2);
  CHECK_FALSE(seen[0].asked);
  CHECK((seen[1].asked && seen[1].pushed));
}
