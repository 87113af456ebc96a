// The rules that keep a drain from claiming what it cannot know: trailing votes, stillness, workers
// that are not what the profile says. Each has an innocent twin, where votes are only late, and a
// guilty one, where they are gone.
#include <algorithm>

#include "support/catch.h"
#include "unit/watch/ended_run.h"
#include "watch/serial_check.h"
#include "watch/trailing_votes.h"

using namespace votebench;
using namespace votebench::watch;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test_run::kIds;
using test_run::Run;

namespace {

using Proof = SettleProof;

}  // namespace

TEST_CASE("what a drain thought of workers before it knew better is not said of its end") {
  Run run(10);
  run.write(9);
  run.trailing_votes();
  test::set_command(run.world.clients[0], "blpop", true);  // it seems to hold nothing
  run.world.at = [&](test::World& world, Nanoseconds at) {
    world.rows.clear();
    run.write(at < seconds(1) ? 9 : 10);
  };
  const Settlement late = run.settle().settlement;
  CHECK(late.proof == SettleProof::complete);
  CHECK(late.assumptions.empty());
  CHECK(std::ranges::none_of(late.grounds,
                             [](const Ground& ground) { return ground.what == "clients"; }));
}

TEST_CASE("re-votes, a worker of several votes that keeps what it has in hand in a side list") {
  Run run(10);
  run.write(10);
  run.trailing_votes();
  run.task.rows_may_change = true;
  run.task.timeout = seconds(5);
  run.target.worker = WorkerModel::unknown;
  run.target.queue.emplace().kind = "redis";
  run.target.queue->in_flight = {"votes:processing"};
  SECTION("innocent: nothing stands there") {
    const Settlement done = run.settle().settlement;
    CHECK(done.proof == Proof::complete);
    CHECK(done.drain < seconds(1));
    CHECK(std::ranges::any_of(done.assumptions, [](const std::string& clause) {
      return clause.starts_with("a vote in hand stands in votes:processing until it is written");
    }));
    CHECK(std::ranges::any_of(done.grounds,
                              [](const Ground& ground) { return ground.what == "side lists"; }));
  }
  SECTION("innocent: an older vote stands there for a while") {
    run.world.at = [](test::World& world, Nanoseconds at) {
      world.in_flight.clear();
      if (at < seconds(3)) world.in_flight = {kIds.make(4)};
    };
    const Settlement done = run.settle().settlement;
    CHECK(done.proof == Proof::complete);
    CHECK(done.drain >= seconds(3));
  }
  SECTION("guilty: an older vote stays there") {
    run.world.in_flight = {kIds.make(4)};
    const Settlement open = run.settle().settlement;
    CHECK(open.proof == Proof::none);
    CHECK(open.reason ==
          "not settled after 5 s: every vote has its row, and 1 element is left in "
          "votes:processing");
    CHECK_FALSE(open.still_needed);
  }
  SECTION("guilty: an older vote stands in a side list that the target does not name") {
    run.world.elsewhere->places = {{"0", "votes:working", "list", {4}}};
    const Settlement open = run.settle().settlement;
    CHECK(open.proof == Proof::none);
    CHECK(open.reason.find("votes:working") != std::string::npos);
  }
  SECTION("innocent: it does so for good, it is a log, and the target says how long to wait") {
    run.world.elsewhere->places = {{"0", "votes:log", "list", {4}}};
    run.target.settle_quiet = seconds(2);
    const Settlement done = run.settle().settlement;
    CHECK(done.proof == Proof::complete);
    CHECK(done.drain >= seconds(2));
  }
  SECTION("guilty: a second worker takes votes past the side list") {
    run.world.taken_bare = 3;
    const Settlement open = run.settle().settlement;
    CHECK(open.proof == Proof::none);
    CHECK(open.reason.find("taken past the side lists (3 times)") != std::string::npos);
  }
  SECTION("guilty: a vote is gone, and claimed once a late one would have come") {
    run.world.rows.pop_back();
    run.task.timeout = seconds(60);
    const Settlement gone = run.settle().settlement;
    CHECK(gone.proof == Proof::empty_handed);
    CHECK(gone.drain >= run.target.worker_max_hold);
    CHECK(gone.drain < run.target.worker_max_hold + seconds(5));
  }
}

TEST_CASE("a vote for everybody, and nobody who votes again: nothing is taken for granted") {
  Run run(10);
  run.write(10);
  const Settlement done = run.settle().settlement;
  CHECK(done.proof == Proof::complete);
  CHECK(done.assumptions.empty());
}

TEST_CASE("where no vote is missing, nobody is told where votes stand elsewhere") {
  Run run(10);
  run.write(10);
  run.trailing_votes();
  run.task.rows_may_change = true;
  run.task.timeout = seconds(2);
  run.target.worker = WorkerModel::unknown;
  run.world.elsewhere->places = {{"0", "votes:log", "list", {4}}};
  const Settlement open = run.settle().settlement;
  CHECK(open.proof == Proof::none);
  CHECK(open.reason.find("votes:log") == std::string::npos);
}

TEST_CASE("where a vote is gone, the workers that were asked are said") {
  Run run(10);
  run.write(9);
  run.trailing_votes();
  const Settlement gone = run.settle().settlement;
  CHECK(gone.proof == SettleProof::empty_handed);
  CHECK_FALSE(gone.assumptions.empty());
  CHECK(std::ranges::any_of(gone.grounds,
                            [](const Ground& ground) { return ground.what == "clients"; }));
}

TEST_CASE("a batcher that waits for more votes lets go of the last ones behind trailing votes") {
  Run run(10);
  run.write(5);
  run.task.cast_trailing = [&](VoterIndex voter) -> Result<std::vector<bool>> {
    run.write(10);  // the batch is full now
    run.world.found[kIds.make(voter)] = "a";
    return std::vector<bool>();
  };
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == Proof::complete);
  CHECK(result.settlement.late == 5);
  CHECK(result.settlement.trailing_cast == 3);
}

TEST_CASE("votes that stay away behind trailing votes are gone") {
  Run run(10);
  run.write(5);
  run.trailing_votes();
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == Proof::empty_handed);
  CHECK(result.settlement.late == 0);
  CHECK(result.settlement.trailing_rows == 3);
  CHECK(result.settlement.drain < seconds(15));
}

TEST_CASE(
    "a list that votes never stood in for long is believed once a trailing vote stood there") {
  Run run(10);
  run.write(5);
  run.history.seen_in = run.queue_baseline.seen_in = {};
  bool seen = true;
  run.task.cast_trailing = [&](VoterIndex voter) -> Result<std::vector<bool>> {
    run.world.found[kIds.make(voter)] = "a";
    return std::vector<bool>{seen};
  };
  CHECK(run.settle().settlement.proof == Proof::empty_handed);
  seen = false;
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == Proof::none);
  CHECK(result.settlement.reason.find("no vote of ours was ever seen") != std::string::npos);
}

TEST_CASE("a way that is closed to trailing votes proves nothing") {
  Run run(10);
  run.write(5);
  run.trailing_votes(0);
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == Proof::none);
  CAPTURE(result.settlement.reason);
  CHECK(result.settlement.reason.find("held back") != std::string::npos);
}

TEST_CASE("trailing votes that are dropped in part are cast again until the last one comes") {
  Run run(10);
  run.write(5);
  std::uint64_t cast = 0;
  run.task.cast_trailing = [&](VoterIndex voter) -> Result<std::vector<bool>> {
    if (++cast != 3) run.world.found[kIds.make(voter)] = "a";  // drops the last of a round
    return std::vector<bool>();
  };
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == Proof::empty_handed);
  CHECK(result.settlement.trailing_cast == 6);
  CHECK(result.settlement.trailing_rows == 5);
  CHECK(result.settlement.drain < seconds(15));
}

TEST_CASE("a vote page that is gone is asked three times") {
  Run run(10);
  run.write(5);
  int asked = 0;
  run.task.cast_trailing = [&](VoterIndex) -> Result<std::vector<bool>> {
    ++asked;
    return fail(ErrorKind::environment, "the vote page gave no answer");
  };
  CHECK(run.settle().settlement.proof == Proof::empty_handed);
  CHECK(asked == 3);
}

TEST_CASE(
    "trailing votes in the list before nobody do not keep dead workers' votes from being lost") {
  Run run(10);
  run.write(5);
  run.world.at = [&](test::World& world, Nanoseconds at) {
    if (at >= seconds(1)) world.clients.clear();
  };
  run.task.cast_trailing = [&](VoterIndex voter) -> Result<std::vector<bool>> {
    run.world.listed.push_back(kIds.make(voter));
    return std::vector<bool>();
  };
  CHECK(run.settle().settlement.proof == Proof::empty_handed);
}

TEST_CASE("while votes come in nothing is claimed, whoever waits in a pop") {
  Run run(10);
  run.trailing_votes();
  run.world.at = [&](test::World&, Nanoseconds at) {
    run.write(static_cast<std::uint64_t>(at / milliseconds(1900)));
  };
  SECTION("innocent: the last one comes after 19 s") {
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == Proof::complete);
    CHECK(result.settlement.drain >= seconds(19));
  }
  SECTION("guilty: the last five never come") {
    run.world.at = [&](test::World&, Nanoseconds at) {
      run.write(std::min<std::uint64_t>(5, static_cast<std::uint64_t>(at / milliseconds(1900))));
    };
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == Proof::empty_handed);
    CHECK(result.rows.rows.own.size() == 5);
    CHECK(result.settlement.drain < seconds(19));
  }
}

TEST_CASE("re-votes: that every vote has its row does not end the drain while a worker holds one") {
  Run run(10);
  run.write(10);
  run.task.rows_may_change = true;
  run.trailing_votes();
  SECTION("innocent: it is waited for") {
    run.world.at = [&](test::World&, Nanoseconds at) {
      run.worker("lpop", at < seconds(6) ? static_cast<std::uint64_t>(at / seconds(1)) : 0);
    };
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == Proof::complete);
    CHECK(result.settlement.drain >= seconds(6));
  }
  SECTION("guilty: one that never comes back is not believed at the end of the time either") {
    run.task.timeout = seconds(5);
    run.world.at = [&](test::World&, Nanoseconds at) {
      run.worker("lpop", static_cast<std::uint64_t>(at / seconds(1)) + 3);
    };
    const Settlement open = run.settle().settlement;
    CHECK(open.proof == Proof::none);
    CHECK(open.reason.starts_with("not settled after 5"));
    CHECK(open.reason.find("has not come back for a vote") != std::string::npos);
  }
  SECTION("nobody holds one: done within three seconds") {
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == Proof::complete);
    CHECK(result.settlement.drain < seconds(3));
  }
  SECTION("nobody votes twice: done at once") {
    run.task.rows_may_change = false;
    CHECK(run.settle().settlement.drain < milliseconds(100));
  }
}

TEST_CASE("what only a profile says does not bind workers that behave otherwise") {
  Run run(10);
  run.write(5);
  run.trailing_votes();
  run.target.worker_stated = run.target.max_hold_stated = false;
  SECTION("they behave like its own") {
    CHECK(run.settle().settlement.proof == Proof::empty_handed);
  }
  SECTION("the server was restarted and cut them off") {
    run.world.at = [&](test::World& world, Nanoseconds at) {
      if (at >= seconds(1)) world.server_id = "server-2";
    };
    CHECK(run.settle().settlement.proof == Proof::empty_handed);
  }
  SECTION("one disconnected") {
    run.world.at = [&](test::World& world, Nanoseconds at) {
      if (at >= seconds(1)) world.clients.clear();
    };
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == Proof::none);
    CAPTURE(result.settlement.reason);
    CHECK(result.settlement.advice.ends_with("worker: { model: serial, max_hold: 10s }"));
    run.target.worker_stated = run.target.max_hold_stated = true;
    CHECK(run.settle().settlement.proof == Proof::empty_handed);
  }
}

TEST_CASE("a value that nobody sent is looked at for two seconds before the run ends") {
  Run run(10);
  run.write(10);
  run.wrong = 1;
  SECTION("guilty: it stays") {
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == Proof::complete);
    CHECK(result.settlement.drain >= seconds(2));
    CHECK(result.settlement.drain < milliseconds(2200));
  }
  SECTION("innocent: the worker writes it a second time") {
    run.world.at = [&](test::World&, Nanoseconds at) {
      run.wrong = at < milliseconds(300) ? 1 : 0;
    };
    CHECK(run.settle().settlement.drain < milliseconds(500));
  }
}

TEST_CASE("more rows than workers behind empty lists refute one vote at a time") {
  Run run(10);
  run.trailing_votes();
  run.write(2);
  SECTION("guilty: the votes that stay away are lost, after max_hold") {
    run.world.at = [&](test::World&, Nanoseconds at) {
      if (at >= milliseconds(500)) run.write(6);
    };
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == Proof::empty_handed);
    CHECK(result.settlement.drain >= seconds(10));
  }
  SECTION("innocent: the pool writes the rest after eight seconds") {
    run.world.at = [&](test::World&, Nanoseconds at) {
      if (at >= milliseconds(500)) run.write(6);
      if (at >= seconds(8)) run.write(10);
    };
    CHECK(run.settle().settlement.proof == Proof::complete);
  }
}

TEST_CASE("a worker that held several votes during the load may hold one behind empty lists") {
  Run run(10);
  run.trailing_votes();
  run.write(9);
  run.task.in_hand_fall = [] { return InHandFall{.most = 2, .samples = 9}; };
  SECTION("guilty: with as many workers as votes, nothing is said against one at a time") {
    run.history.consumers.push_back({run.world.clients[0], "a server that was", Instant{}});
    run.task.client_is_dead = [](const QueueClient&) { return true; };
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == Proof::empty_handed);
    CHECK(result.settlement.drain < seconds(5));
  }
  SECTION("guilty: the vote is lost, after max_hold") {
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == Proof::empty_handed);
    CHECK(result.settlement.drain >= seconds(10));
  }
  SECTION("innocent: it comes after eight seconds") {
    run.world.at = [&](test::World&, Nanoseconds at) {
      if (at >= seconds(8)) run.write(10);
    };
    CHECK(run.settle().settlement.proof == Proof::complete);
  }
}
