// Decisions of the drain that only a particular stack can tell from another decision.
#include "support/catch.h"
#include "unit/watch/ended_run.h"

using namespace votebench;
using namespace votebench::watch;
using namespace votebench::watch::test_run;

TEST_CASE("settle: each list that votes are pushed to gets its share of the trailing votes") {
  Run run(10);
  run.write(9);
  run.trailing_votes();
  run.target.queue.emplace().kind = "redis";
  run.target.queue->further_lists = {"b", "c", "d"};
  run.settle();
  CHECK(run.world.found.size() % 12 == 0);  // three for each of four
  CHECK(run.world.found.size() > 0);
}

TEST_CASE("settle: what a server that came back holds at the end is in the evidence") {
  Run run(10);
  run.list(4, 10);
  int looks_down = 0;
  run.world.at = [&](test::World& world, Nanoseconds at) {
    if (at < seconds(1)) return;
    run.stop.request_stop();
    world.redis_up = looks_down++ > 0;  // down for the last look of the loop alone
  };
  const DrainResult done = run.settle();
  CHECK(looks_down > 1);
  CHECK(done.queue.readable_at_end);
  CHECK(done.queue.own_listed.size() == 6);
}

TEST_CASE("settle: what is complete at the very end leans on nobody's empty hands") {
  // The last vote comes when the store is asked for the so manieth time since the start.
  const auto settled = [](std::uint64_t arrives) {
    Run run(10);
    run.write(9);
    run.trailing_votes(0);  // none comes through: nothing is proven before
    std::uint64_t asked = 0;
    run.world.at = [&](test::World&, Nanoseconds at) {
      if (++asked >= arrives) run.write(10);
      if (at > seconds(4)) run.stop.request_stop();
    };
    const DrainResult done = run.settle();
    return std::pair(done.settlement, asked);
  };
  const std::uint64_t last = settled(~0ULL).second;
  REQUIRE(settled(~0ULL).first.proof == SettleProof::none);
  bool complete = false;
  for (std::uint64_t arrives = last - 2; arrives <= last; ++arrives) {
    const Settlement end = settled(arrives).first;
    complete |= end.proof == SettleProof::complete;
    if (end.proof == SettleProof::complete) CHECK(end.assumptions.empty());
  }
  CHECK(complete);
}

TEST_CASE("settle: rows that come while votes are pushed say nothing of a queue's hands") {
  const auto settled_early = [](bool pushing) {
    Run run(20);
    run.world.delivered = 20;
    run.world.at = [&](test::World& world, Nanoseconds at) {
      const auto tenths = static_cast<std::uint64_t>(at / milliseconds(100));
      run.write(std::min<std::uint64_t>(19, 5 + tenths));
      if (pushing) world.pushes = 20 + static_cast<std::uint64_t>(at / milliseconds(1));
    };
    const Grounds grounds = run.settle().settlement.grounds;
    return std::ranges::any_of(grounds, [](const Ground& ground) {
      return ground.text.find("before") != std::string::npos;
    });
  };
  CHECK(settled_early(false));
  CHECK_FALSE(settled_early(true));
}

TEST_CASE("settle: votes in hand at once are held against all who may have taken any") {
  const auto proof = [](std::uint64_t at_once) {
    Run run(10);
    run.write(9);
    SeenClient other;
    other.client = run.world.clients[0];
    other.client.id = 6;
    other.server_id = run.world.server_id;
    other.gone_since = Instant{};
    run.history.others = {other};
    run.task.in_hand_fall = [at_once] { return InHandFall{at_once, 5}; };
    const Grounds grounds = run.settle().settlement.grounds;
    return std::ranges::any_of(grounds, [](const Ground& ground) {
      return ground.text.find("in hand at once") != std::string::npos;
    });
  };
  CHECK_FALSE(proof(2));  // a consumer, and somebody else
  CHECK(proof(3));
}

TEST_CASE("settle: where everything is there, nobody is asked what stands elsewhere") {
  Run run(10);
  run.write(10);
  run.task.rows_may_change = true;
  run.trailing_votes(0);  // keep it open
  run.task.timeout = seconds(5);
  CHECK(run.settle().settlement.proof == SettleProof::none);
  CHECK(run.world.looks_elsewhere == 0);
}

TEST_CASE("settle: the target's word is leant on only where what was seen is weak") {
  Run run(10);
  run.write(9);
  run.target.settle_quiet = seconds(3);
  SECTION("empty hands are not weak") {
    CHECK(run.settle().settlement.proof == SettleProof::empty_handed);
  }
  SECTION("side lists alone are") {
    run.target.worker = WorkerModel::unknown;
    run.target.queue.emplace().kind = "redis";
    run.target.queue->in_flight = {"votes:processing"};
    run.queue_baseline.seen_in = run.history.seen_in = {true, true};
    CHECK(run.settle().settlement.proof == SettleProof::quiet);
  }
  SECTION("so is what stands elsewhere") {
    run.world.elsewhere->places = {{"0", "retry", "zset", {9}}};
    CHECK(run.settle().settlement.proof == SettleProof::quiet);
  }
}

TEST_CASE("settle: a vote that was accepted and not pushed may still be in the app's hands") {
  Run run(10);
  run.write(7);
  run.world.pushes = 8;  // two of the three that are missing were never pushed
  run.task.timeout = seconds(5);
  SECTION("for as long as the target says that it may hold one") {
    const Settlement open = run.settle().settlement;
    CHECK(open.proof == SettleProof::none);
    CHECK(open.reason.find("2 accepted votes were not pushed, and the app may still try again "
                           "(worker.max_hold is 10 s)") != std::string::npos);
  }
  SECTION("and no longer") {
    run.task.timeout = seconds(60);
    run.rows.cost = Nanoseconds(0);
    const Settlement proven = run.settle().settlement;
    CHECK(proven.proof == SettleProof::empty_handed);
    CHECK(proven.drain == seconds(10));
  }
  SECTION("not where all were pushed") {
    run.world.pushes = 10;
    CHECK(run.settle().settlement.proof == SettleProof::empty_handed);
  }
  SECTION("not where none is missing: votes may be pushed in another way") {
    run.write(10);
    run.task.rows_may_change = true;
    CHECK(run.settle().settlement.proof == SettleProof::complete);
  }
  SECTION("not where the target says that nothing comes after so much quiet") {
    run.target.worker = WorkerModel::unknown;
    run.target.settle_quiet = seconds(3);
    CHECK(run.settle().settlement.proof == SettleProof::quiet);
  }
}

TEST_CASE("settle: counters that move while the proof is read again are not settled") {
  Run run(10);
  run.task.queue = nullptr;
  run.task.queue_baseline = nullptr;
  run.task.history = {};
  run.row_baseline.model = TableModel::append;
  run.row_baseline.counters.kept = true;
  run.task.rows_may_change = true;
  run.target.settle_quiet = seconds(3);
  run.task.timeout = seconds(30);
  run.write(7);
  const auto proof_when = [&](auto change) {
    std::uint64_t readings = 0;
    run.world.at = [&](test::World& world, Nanoseconds at) {
      if (at >= seconds(3)) change(world, readings++);
    };
    return run.settle().settlement;
  };
  SECTION("innocent: they stand still") {
    CHECK(proof_when([](test::World&, std::uint64_t) {}).proof == SettleProof::quiet);
  }
  SECTION("a count comes with the second reading") {
    const Settlement later = proof_when([&](test::World&, std::uint64_t reading) {
      if (reading == 1) run.write(8);
    });
    CHECK(later.proof == SettleProof::quiet);
    CHECK(later.drain > seconds(5));  // quiet began anew
  }
  SECTION("the second reading fails") {
    const Settlement later = proof_when([&](test::World& world, std::uint64_t reading) {
      if (reading == 1) world.readings_fail = 1;
    });
    CHECK(later.proof == SettleProof::quiet);
  }
  SECTION("the table is another one by then") {  // the first reading did not know it yet
    const Settlement later =
        proof_when([&](test::World& world, std::uint64_t) { world.store.table = "another"; });
    CHECK(later.proof == SettleProof::none);
  }
}

TEST_CASE("settle: where the queue does not show what is left, empty lists prove nothing") {
  Run run(10);
  run.write(9);
  run.task.timeout = seconds(5);
  run.target.queue.emplace().kind = "redis_stream";
  SECTION("readers without a group") {
    const Settlement open = run.settle().settlement;
    CHECK(open.proof == SettleProof::none);
    CHECK(open.reason.find("readers without a group") != std::string::npos);
  }
  SECTION("those of a group") {
    run.target.queue->group = "workers";
    CHECK(run.settle().settlement.reason.find("readers") == std::string::npos);
  }
}

TEST_CASE("settle: a loss is claimed two seconds after the last vote moved, whenever that is") {
  // A vote comes when the stores are asked for the so manieth time.
  struct Settled {
    DrainResult result;
    Nanoseconds came{};
    std::uint64_t asked = 0;
  };
  const auto run_with = [](std::uint64_t arrives) {
    Run run(10);
    run.write(8);
    Settled settled;
    run.world.at = [&](test::World&, Nanoseconds at) {
      if (++settled.asked != arrives) return;
      run.write(9);
      settled.came = at;
    };
    settled.result = run.settle();
    return settled;
  };
  const std::uint64_t last = run_with(0).asked;
  REQUIRE(run_with(0).result.settlement.proof == SettleProof::empty_handed);
  std::uint64_t seen = 0;
  for (std::uint64_t arrives = last - 8; arrives <= last; ++arrives) {
    const Settled end = run_with(arrives);
    CHECK(end.result.settlement.proof == SettleProof::empty_handed);
    if (end.result.rows.rows.own.size() < 9) continue;  // behind the last reading
    ++seen;
    CHECK(end.result.settlement.drain - end.came >= seconds(2));
  }
  CHECK(seen > 4);
}

TEST_CASE("settle: a server that does not say what writes on it proves no empty hands") {
  Run run(10);
  run.write(9);
  run.task.timeout = seconds(5);
  run.world.activity.untold = "other sessions are not shown";
  const Settlement open = run.settle().settlement;
  CHECK(open.proof == SettleProof::none);
  CHECK(open.reason.find("other sessions are not shown") != std::string::npos);
}

TEST_CASE(
    "settle: a row with a value that nobody sent has as long as a worker may take to mend it") {
  const auto drained = [](bool values_change) {
    Run run(10);
    run.write(10);
    run.wrong = 1;
    run.row_baseline.values_change = values_change;
    return run.settle().settlement.drain;
  };
  CHECK(drained(false) >= seconds(2));
  CHECK(drained(false) < milliseconds(2200));
  CHECK(drained(true) >= seconds(12));  // worker.max_hold is 10 s
  CHECK(drained(true) < milliseconds(12200));
}

TEST_CASE(
    "settle: where rows may change, one stored vote that stands elsewhere is no log of them") {
  Run run(10);
  run.write(10);
  run.trailing_votes();
  run.task.rows_may_change = true;
  run.task.timeout = seconds(5);
  SECTION("guilty: an older vote may be written again") {
    run.world.elsewhere->places = {{"0", "votes:again", "list", {4}}};
    const Settlement open = run.settle().settlement;
    CHECK(open.proof == SettleProof::none);
    CHECK(open.reason.find("votes:again") != std::string::npos);
  }
  SECTION("innocent: all of them stand there") {
    run.world.elsewhere->places = {{"0", "votes:log", "list", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}};
    CHECK(run.settle().settlement.proof == SettleProof::complete);
  }
}
