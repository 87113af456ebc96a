// Votes of ours that stand somewhere else on the queue's server.
#include "watch/elsewhere.h"

#include "support/catch.h"
#include "unit/watch/ended_run.h"

using namespace votebench;
using namespace votebench::watch;
using adapters::Elsewhere;
using adapters::Place;
using std::chrono::seconds;
using test_run::Run;

namespace {

constexpr Instant kBegin{seconds(100)};

const std::vector<VoterIndex> kStored{0, 1, 2, 3, 4};
const WallTime kNow{seconds(1'764'500'000)};

// Votes are missing.
ElsewhereQuestion missing_at(Instant at) {
  return {.at = at, .wall = kNow + (at - kBegin), .stored = kStored, .votes_are_missing = true};
}
ElsewhereQuestion nothing_missing_at(Instant at) {
  return {.at = at, .wall = kNow + (at - kBegin), .stored = kStored};
}

Elsewhere places(std::vector<Place> all) { return {std::move(all), ""}; }

Place retry_set(std::vector<VoterIndex> own) { return {"0", "retry", "zset", std::move(own)}; }

}  // namespace

TEST_CASE("a place with votes without rows is a waiting room until max_hold has passed") {
  ElsewhereCheck check(seconds(10));
  check.observe(missing_at(kBegin), places({retry_set({7})}));
  CHECK(check.obstacle() ==
        "1 vote of ours stands in zset 'retry' of database 0: they may still be on their way");
  CHECK(check.assumptions().empty());
  check.observe(missing_at(kBegin + seconds(10) - Nanoseconds(1)), places({retry_set({7})}));
  CHECK_FALSE(check.obstacle().empty());
  check.observe(missing_at(kBegin + seconds(10)), places({retry_set({7})}));
  CHECK(check.obstacle().empty());
  CHECK(check.assumptions() ==
        std::vector<std::string>{"1 vote of ours stands in zset 'retry' of database 0 and is "
                                 "parked there: nothing moved them for 10 s"});
}

TEST_CASE("a place that changes begins anew") {
  ElsewhereCheck check(seconds(10));
  check.observe(missing_at(kBegin), places({retry_set({7, 8})}));
  check.observe(missing_at(kBegin + seconds(9)), places({retry_set({8})}));
  check.observe(missing_at(kBegin + seconds(10)), places({retry_set({8})}));
  CHECK_FALSE(check.obstacle().empty());
  check.observe(missing_at(kBegin + seconds(12)), places({}));  // taken out, and put back
  CHECK(check.obstacle().empty());
  check.observe(missing_at(kBegin + seconds(20)), places({retry_set({8})}));
  CHECK_FALSE(check.obstacle().empty());
  check.observe(missing_at(kBegin + seconds(30)), places({retry_set({8})}));
  CHECK(check.obstacle().empty());
}

TEST_CASE("a place that also holds votes with rows is a log, an empty one is nothing") {
  ElsewhereCheck check(seconds(10));
  check.observe(missing_at(kBegin), places({retry_set({1, 2, 3, 7}), retry_set({})}));
  CHECK(check.obstacle().empty());
  CHECK(check.assumptions().empty());
}

TEST_CASE("a retry set that also holds jobs of stored votes is no log") {
  ElsewhereCheck check(seconds(10));
  check.observe(missing_at(kBegin), places({retry_set({1, 2, 7, 8})}));
  CHECK_FALSE(check.obstacle().empty());
}

TEST_CASE("what is due later is not parked before, and has max_hold from then on") {
  ElsewhereCheck check(seconds(10));
  Place later = retry_set({1, 2, 3, 7});
  later.due = kNow + seconds(18);
  const auto waits_at = [&](std::chrono::seconds at) {
    check.observe(missing_at(kBegin + at), places({later}));
    return !check.obstacle().empty();
  };
  CHECK(waits_at(seconds(0)));
  CHECK(waits_at(seconds(17)));
  later.own = {7, 8};  // nor is it a log once it is due
  CHECK(waits_at(seconds(18)));
  CHECK(waits_at(seconds(27)));
  CHECK_FALSE(waits_at(seconds(28)));
}

TEST_CASE("where nothing is missing, what stands elsewhere may come again, but in a log of all") {
  ElsewhereCheck check(seconds(10));
  check.observe(nothing_missing_at(kBegin), places({{"0", "log", "list", {0, 1, 2}}}));
  CHECK(check.obstacle().empty());
  const auto aside = places({{"0", "aside", "list", {0, 1}}});
  check.observe(nothing_missing_at(kBegin), aside);
  CHECK(check.obstacle().ends_with("say so in the target (in_flight)"));
  check.observe(nothing_missing_at(kBegin + seconds(60)), aside);
  CHECK_FALSE(check.obstacle().empty());  // parked there, it may come for all we know
  ElsewhereQuestion quiet = nothing_missing_at(kBegin + seconds(61));
  quiet.leans_on_quiet = true;
  check.observe(quiet, aside);
  CHECK(check.obstacle().empty());
  CHECK(check.assumptions().size() == 1);
}

TEST_CASE("where not all was looked at, commands that put votes anywhere stand in the way") {
  ElsewhereCheck check(seconds(10));
  ElsewhereQuestion question = missing_at(kBegin);
  question.moved_unseen = {"zadd", "exec"};
  check.observe(question, {{}, "100,000 keys"});
  CHECK(check.obstacle() ==
        "votes may have been put elsewhere (zadd, exec), and not all of the queue's server was "
        "looked at: 100,000 keys");
  question.leans_on_quiet = true;
  check.observe(question, {{}, "100,000 keys"});
  CHECK(check.obstacle().empty());
  CHECK(check.assumptions().size() == 1);
}

TEST_CASE("where others may have put votes unseen, only settle.quiet is enough") {
  ElsewhereCheck check(seconds(10));
  const Elsewhere node{{}, "it is one node of a cluster", true};
  ElsewhereQuestion question = missing_at(kBegin);
  check.observe(question, node);
  CHECK(check.obstacle().starts_with("votes may have been put elsewhere, and not all"));
  question.leans_on_quiet = true;
  check.observe(question, node);
  CHECK(check.obstacle().empty());
  CHECK(check.assumptions().size() == 1);
  check.observe(nothing_missing_at(kBegin), node);
  CHECK(check.obstacle().empty());
}

TEST_CASE("of several waiting rooms the first is named, and all that are parked") {
  ElsewhereCheck check(seconds(10));
  const auto both = places({retry_set({7, 8}), {"1", "failed", "list", {9, 10}}});
  check.observe(missing_at(kBegin), both);
  CHECK(check.obstacle().starts_with("2 votes of ours stand in zset 'retry' of database 0"));
  check.observe(missing_at(kBegin + seconds(10)), both);
  REQUIRE(check.assumptions().size() == 2);
  CHECK(check.assumptions()[1].starts_with(
      "2 votes of ours stand in list 'failed' of database 1 and are parked"));
}

TEST_CASE("a table of failed votes is a waiting room as any other") {
  ElsewhereCheck check(seconds(10));
  const auto errors = places({{"postgres", "votes_error", "table", {7, 8}}});
  check.observe(missing_at(kBegin), {}, errors);
  CHECK(check.obstacle() ==
        "2 votes of ours stand in table 'votes_error' of database postgres: they may still be on "
        "their way");
  check.observe(missing_at(kBegin + seconds(10)), {}, errors);
  CHECK(check.obstacle().empty());
  CHECK(check.assumptions().size() == 1);
  check.observe(missing_at(kBegin), {}, {{}, "table 'x' may not be read"});
  CHECK(check.assumptions() ==
        std::vector<std::string>{
            "votes stand in no other table of the database (table 'x' may not be read)"});
}

TEST_CASE("what was not looked at is an assumption, for as long as it was not") {
  ElsewhereCheck check(seconds(10));
  check.observe(missing_at(kBegin), {{}, "10,000 keys"});
  CHECK(check.assumptions() ==
        std::vector<std::string>{"votes stand nowhere else on the queue's server (10,000 keys)"});
  check.observe(missing_at(kBegin + seconds(1)), places({}));
  CHECK(check.assumptions().empty());
}

TEST_CASE("missing votes that stand elsewhere") {
  Run run(10);
  run.write(9);
  run.world.elsewhere->places = {retry_set({9})};
  SECTION("innocent: they come at last") {
    run.world.at = [&](test::World& world, Nanoseconds at) {
      if (at < seconds(8)) return;
      world.elsewhere->places.clear();
      run.write(10);
    };
    CHECK(run.settle().settlement.proof == SettleProof::complete);
  }
  SECTION("guilty: they are parked, and lost") {
    run.rows.cost = Nanoseconds(0);
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == SettleProof::empty_handed);
    CHECK(result.settlement.drain == seconds(12));
    CHECK(result.settlement.assumptions.back().find("parked there") != std::string::npos);
    CHECK(std::ranges::none_of(result.settlement.grounds,
                               [](const Ground& ground) { return ground.what == "elsewhere"; }));
    CHECK(run.world.looks_elsewhere == 6);  // every two seconds
  }
  SECTION("innocent: they come from another table at last") {
    run.world.elsewhere->places.clear();
    run.world.other_tables->places = {{"postgres", "votes_error", "table", {9}}};
    run.world.at = [&](test::World& world, Nanoseconds at) {
      if (at < seconds(8)) return;
      world.other_tables->places.clear();
      run.write(10);
    };
    CHECK(run.settle().settlement.proof == SettleProof::complete);
  }
  SECTION("they move for ever: nothing is claimed, and where they are is said") {
    run.world.at = [&](test::World& world, Nanoseconds at) {
      const bool odd = at / seconds(3) % 2 == 1;
      world.elsewhere->places = {odd ? retry_set({8, 9}) : retry_set({9})};
      world.rows.resize(8);
    };
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == SettleProof::none);
    CHECK(result.settlement.reason.find("'retry'") != std::string::npos);
  }
  SECTION("a server that does not let us look") {
    run.world.elsewhere = test::unreachable("SCAN");
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == SettleProof::none);
    CHECK(result.settlement.reason.find("SCAN does not answer") != std::string::npos);
  }
  SECTION("a database that does not let us look") {
    run.world.other_tables = test::unreachable("pg_class");
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == SettleProof::none);
    CHECK(result.settlement.reason.find("pg_class does not answer") != std::string::npos);
  }
  SECTION("a log of all votes is in nobody's way") {
    run.world.elsewhere->places = {{"0", "log", "list", {3, 4, 5, 9}}};
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == SettleProof::empty_handed);
    CHECK(result.settlement.drain < seconds(3));
    CHECK(result.settlement.assumptions.size() == 4);
  }
}

TEST_CASE("a drain that proves nothing names the place where a missing vote stands") {
  Run run(10);
  run.write(9);
  run.task.timeout = seconds(5);
  run.target.worker = WorkerModel::unknown;
  run.world.elsewhere->places = {{"0", "processing", "list", {9}}};
  const std::string reason = run.settle().settlement.reason;
  CHECK(reason.find("the worker may hold several votes") != reason.npos);
  CHECK(reason.find("1 vote of ours stands in list 'processing' of database 0") != reason.npos);
  CHECK(reason.find("(in_flight)") != reason.npos);
}

TEST_CASE("where nothing is missing and no row may change, nobody looks elsewhere") {
  Run run(10);
  run.write(10);
  run.world.elsewhere = test::unreachable("SCAN");
  CHECK(run.settle().settlement.proof == SettleProof::complete);
  CHECK(run.world.looks_elsewhere == 0);
}

TEST_CASE("a place is due at the very moment that it names, and not before") {
  const auto stands_in_the_way = [](Nanoseconds later) {
    ElsewhereCheck check(seconds(10));
    Place log{"0", "log", "zset", {0, 1, 2}};  // of votes that are stored
    log.due = kNow + later;
    check.observe(missing_at(kBegin), places({log}));
    return !check.obstacle().empty();
  };
  CHECK_FALSE(stands_in_the_way(Nanoseconds(0)));
  CHECK(stands_in_the_way(Nanoseconds(1)));
}

TEST_CASE("where none is missing, half of the stored votes make a log") {
  const std::vector<VoterIndex> stored{0, 1, 2, 3};
  const auto stands_in_the_way = [&](std::vector<VoterIndex> own) {
    ElsewhereCheck check(seconds(10));
    const ElsewhereQuestion question{.at = kBegin, .wall = kNow, .stored = stored};
    check.observe(question, places({retry_set(std::move(own))}));
    return !check.obstacle().empty();
  };
  CHECK_FALSE(stands_in_the_way({0, 1}));
  CHECK(stands_in_the_way({0}));
}
