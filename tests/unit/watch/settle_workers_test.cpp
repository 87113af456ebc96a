// Whom the drain counts as a worker, what it says of the last look, and how long it waits to the
// look.
#include "support/catch.h"
#include "unit/watch/ended_run.h"

using namespace votebench;
using namespace votebench::watch;
using namespace votebench::watch::test_run;

TEST_CASE("trailing votes are cast for each worker that was there when the lists became empty") {
  Run run(10);
  run.write(5);
  run.trailing_votes();
  run.history.consumers.push_back(run.history.consumers[0]);
  run.history.consumers.back().client.id = 6;  // not there any more at the first look
  for (const std::uint64_t id : {3U, 4U}) {
    run.history.consumers.push_back(run.history.consumers[0]);
    run.history.consumers.back().client.id = id;
    run.history.consumers.back().gone_since = run.clock.now() - seconds(1);
  }
  CHECK(run.settle().settlement.trailing_cast == 6);
}

TEST_CASE("what stood in the way earlier is not said of a vote that stands in the list now") {
  Run run(10);
  run.write(9);
  run.task.timeout = seconds(5);
  run.world.at = [&](test::World&, Nanoseconds at) {
    run.worker("lpop", 20);
    run.list(9, at < seconds(4) ? 9 : 10);
  };
  CHECK(run.settle().settlement.reason.starts_with("1 vote still queued after "));
}

TEST_CASE("limits of time are reached with the look at their end, not with the one after it") {
  Run run(10);
  run.rows.cost = Nanoseconds(0);
  const Instant begin = run.clock.now();
  SECTION("a value that nobody sent: two seconds") {
    run.write(10);
    run.wrong = 1;
    CHECK(run.settle().settlement.drain == seconds(2));
  }
  SECTION("votes that are missing: two seconds; trailing votes: one") {
    run.write(9);
    std::optional<Instant> cast_at;
    run.task.cast_trailing = [&](VoterIndex voter) -> Result<std::vector<bool>> {
      if (!cast_at) cast_at = run.clock.now();
      run.world.found[kIds.make(voter)] = "a";
      return std::vector<bool>();
    };
    CHECK(run.settle().settlement.drain == seconds(2));
    CHECK(*cast_at == begin + seconds(1));
  }
  SECTION("settle.quiet") {
    run.write(9);
    run.target.worker = WorkerModel::unknown;
    run.target.settle_quiet = seconds(3);
    CHECK(run.settle().settlement.drain == seconds(3));
  }
}

TEST_CASE("a worker that waits in a pop may be one that has just handed its vote to another") {
  Run run(10);
  run.write(9);
  test::set_command(run.world.clients[0], "blpop", true);
  SECTION("innocent: the row comes after a second and a half") {
    run.world.at = [&](test::World&, Nanoseconds at) {
      if (at >= milliseconds(1500)) run.write(10);
    };
    CHECK(run.settle().settlement.proof == SettleProof::complete);
  }
  SECTION("guilty: it never comes, and two seconds without a move suffice") {
    const Settlement settlement = run.settle().settlement;
    CHECK(settlement.proof == SettleProof::empty_handed);
    CHECK(settlement.drain >= seconds(2));
    CHECK(settlement.drain < milliseconds(2200));
  }
}

TEST_CASE("where nothing is missing, trailing votes are cast and believed without any wait") {
  Run run(10);
  run.write(10);
  run.task.rows_may_change = true;
  run.trailing_votes();
  test::set_command(run.world.clients[0], "blpop", true);
  run.world.at = [&](test::World&, Nanoseconds at) {
    run.world.rows.clear();
    run.write(at < milliseconds(500) ? 9 : 10);
  };
  const Settlement settlement = run.settle().settlement;
  CHECK(settlement.proof == SettleProof::complete);
  CHECK(settlement.drain < milliseconds(900));
}

TEST_CASE("trailing votes that nobody lists and that have no row keep gone workers' votes open") {
  Run run(10);
  run.write(5);
  run.world.clients.clear();
  run.trailing_votes(0);
  const Settlement settlement = run.settle().settlement;
  CHECK(settlement.proof == SettleProof::none);
  CHECK(settlement.reason.find("held back") != std::string::npos);
}

TEST_CASE("trailing votes are cast again once what moved has stood still for two seconds") {
  Run run(10);
  run.rows.cost = Nanoseconds(0);
  const Instant begin = run.clock.now();
  std::vector<Nanoseconds> cast_at;
  run.task.cast_trailing = [&](VoterIndex voter) -> Result<std::vector<bool>> {
    cast_at.push_back(run.clock.now() - begin);
    run.world.found[kIds.make(voter)] = "a";
    return std::vector<bool>();
  };
  run.world.at = [&](test::World&, Nanoseconds at) {
    run.write(at < milliseconds(1500) ? 5 : at < milliseconds(1900) ? 6 : 7);
  };
  CHECK(run.settle().settlement.proof == SettleProof::empty_handed);
  const Nanoseconds first = seconds(1), second = milliseconds(3900);
  CHECK(cast_at == std::vector<Nanoseconds>{first, first, first, second, second, second});
}

TEST_CASE("what was looked at is said, and only that") {
  Run run(10);
  run.write(9);
  const auto told = [&run] {
    std::vector<std::string> names;
    for (const Ground& ground : run.settle().settlement.grounds) names.push_back(ground.what);
    return names;
  };
  using Names = std::vector<std::string>;
  SECTION("empty hands") { CHECK(told() == Names{"workers", "clients", "elsewhere"}); }
  SECTION("stillness: nobody's hands were looked at") {
    run.target.worker = WorkerModel::unknown;
    run.target.settle_quiet = seconds(3);
    CHECK(told() == Names{"elsewhere"});
  }
  SECTION("nothing is missing") {
    run.write(10);
    CHECK(told().empty());
  }
  SECTION("what stands elsewhere may be on its way") {
    run.world.elsewhere->places = {{"0", "retry", "zset", {9}}};
    run.task.timeout = seconds(5);
    CHECK(told() == Names{"workers", "clients"});
  }
}

TEST_CASE("a claim says what it leans on, and what is no claim leans on nothing") {
  Run run(10);
  run.write(9);
  run.task.timeout = seconds(5);
  run.world.elsewhere->places = {{"0", "retry", "zset", {9}}};
  const Settlement open = run.settle().settlement;
  CHECK(open.proof == SettleProof::none);
  CHECK(open.assumptions.empty());
  run.write(10);
  run.world.elsewhere->places.clear();
  run.task.rows_may_change = true;
  const Settlement complete = run.settle().settlement;
  CHECK(complete.proof == SettleProof::complete);
  CHECK(complete.assumptions.size() == 4);
}

TEST_CASE("why nothing is claimed: what is missing, for how long, and what stands in the way") {
  Run run(10);
  run.task.timeout = seconds(5);
  SECTION("a worker, when the backlog is gone") {
    run.world.at = [&](test::World&, Nanoseconds at) {
      run.worker("lpop", 20);
      const auto done = std::min<std::uint64_t>(9, static_cast<std::uint64_t>(at / seconds(1)) * 5);
      run.write(done);
      run.list(done, 9);
    };
    const Settlement settlement = run.settle().settlement;
    CHECK(settlement.reason.starts_with("1 vote accepted but without a row after "));
    CHECK(settlement.reason.ends_with(
        ": worker 10.0.0.5:4001 has not come back for a vote for 20 s, it may hold one"));
    CHECK_FALSE(settlement.still_needed);
  }
  SECTION("elements that cannot be read") {
    run.write(9);
    run.history.seen_in = run.queue_baseline.seen_in = {};
    run.world.listed = {"?"};
    CHECK(run.settle().settlement.reason.ends_with(
        ": 1 element in the queue cannot be read and may be a vote of ours"));
  }
}
