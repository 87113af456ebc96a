// The drain before numbers: counters that no queue stands before, and rows that tell no voter.
#include "support/catch.h"
#include "unit/watch/ended_run.h"

using namespace votebench;
using namespace votebench::watch;
using namespace votebench::watch::test_run;

namespace {

// Ten votes were accepted; the counters' sum follows the rows of the world.
struct Counters : Run {
  Counters() : Run(10) {
    task.queue = nullptr;
    task.queue_baseline = nullptr;
    task.history = {};
    row_baseline.model = TableModel::append;
    row_baseline.counters.kept = true;
    task.rows_may_change = true;
  }
};

// Rows of ten voters whom none of them tells: the app makes the ids.
struct Untold : Run {
  Untold() : Run(10) {
    world.untold = true;
    target.vote.identity = IdentityMode::none;
    task.missing_acked = [](const RowEvidence& table) {
      return MissingVotes{10 - table.rows.total};
    };
  }
};

}  // namespace

TEST_CASE("settle: rows that tell no voter refute one vote at a time like others") {
  Untold run;
  run.world.at = [&](test::World&, Nanoseconds at) { run.write(at < seconds(1) ? 5 : 9); };
  const Grounds grounds = run.settle().settlement.grounds;
  const auto told = std::ranges::find(grounds, "workers", &Ground::what);
  REQUIRE(told != grounds.end());
  CHECK(told->text.starts_with("several votes at a time: "));
}

TEST_CASE("settle: without voter ids whoever may hold votes back until more come has max_hold") {
  Untold run;
  run.write(8);
  SECTION("as it is stated") {
    const DrainResult done = run.settle();
    CHECK(done.settlement.proof == SettleProof::empty_handed);
    CHECK(done.settlement.drain >= run.target.worker_max_hold);
  }
  SECTION("only stated it makes a claim") {
    run.target.max_hold_stated = false;
    CHECK(run.settle().settlement.proof == SettleProof::none);
  }
  SECTION("where nothing is missing there is no need") {
    run.write(10);
    CHECK(run.settle().settlement.drain < seconds(1));
  }
}

TEST_CASE("settle: counters that reach the votes and stand still are complete") {
  Counters run;
  run.write(10);
  const DrainResult done = run.settle();
  CHECK(done.settlement.proof == SettleProof::complete);
  CHECK(done.settlement.drain >= seconds(2));
  CHECK(done.settlement.drain < seconds(4));
}

TEST_CASE("settle: counters that go on rising are not settled") {
  Counters run;
  run.world.at = [&](test::World&, Nanoseconds at) {
    run.write(10 + static_cast<std::uint64_t>(at / seconds(1)));
  };
  run.task.missing_acked = [](const RowEvidence&) { return MissingVotes{}; };
  CHECK(run.settle().settlement.proof == SettleProof::none);
}

TEST_CASE("settle: missing counts are late for as long as nobody says how late they may be") {
  Counters run;
  run.write(7);
  const DrainResult done = run.settle();
  CHECK(done.settlement.proof == SettleProof::none);
  CHECK(done.settlement.advice ==
        "if no vote takes longer than 30 s, say so in the target: settle: { quiet: 30s }");
}

TEST_CASE("settle: missing counts are absent when nothing moved for as long as the target says") {
  Counters run;
  run.rows.cost = Nanoseconds(0);
  run.target.settle_quiet = seconds(10);
  run.write(7);
  const DrainResult done = run.settle();
  CHECK(done.settlement.proof == SettleProof::quiet);
  CHECK(done.settlement.drain == seconds(10));  // at the look that reaches it
  CHECK(done.settlement.assumptions.front().find("settle.quiet") != std::string::npos);
}

TEST_CASE("settle: a slow count is waited for, whatever quiet says") {
  Counters run;
  run.target.settle_quiet = seconds(5);
  run.world.at = [&](test::World&, Nanoseconds at) {
    run.write(std::min<std::uint64_t>(10, static_cast<std::uint64_t>(at / seconds(4))));
  };
  CHECK(run.settle().settlement.proof == SettleProof::complete);
}

TEST_CASE("settle: what the sampler saw go back is in the evidence") {
  Counters run;
  run.write(10);
  run.task.rows_fell = [] { return std::string("the counter of 'a' went back from 9 to 0"); };
  CHECK(run.settle().rows.fell == "the counter of 'a' went back from 9 to 0");
}

TEST_CASE("settle: what would help is said from the moment on that nothing moved for two seconds") {
  const auto advice = [](Nanoseconds timeout) {
    Counters run;
    run.rows.cost = Nanoseconds(0);
    run.write(7);
    run.task.timeout = timeout;
    return run.settle().settlement.advice;
  };
  CHECK(advice(milliseconds(1900)).empty());
  CHECK_FALSE(advice(seconds(2)).empty());
}
