// The drain's loop over a scripted stack; no server, no sleep.
#include "support/catch.h"
#include "unit/watch/ended_run.h"

using namespace votebench;
using namespace votebench::watch;
using namespace votebench::watch::test_run;

TEST_CASE("a clean run settles at the first look") {
  Run run(100);
  run.write(100);
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::complete);
  CHECK(result.settlement.drain < milliseconds(20));
  CHECK(result.settlement.assumptions.empty());
  CHECK(run.world.readings == 1);
  CHECK(result.rows.readable);
  CHECK(result.rows.same_store);
  CHECK(result.rows.rows.own.size() == 100);
  CHECK(result.queue.readable_at_end);
  CHECK(result.queue.pushed == 100);
  CHECK(result.queue.popped == 100);
}

TEST_CASE("a backlog is waited for, and the table is not read meanwhile") {
  Run run(100);
  run.drains_at(10);
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::complete);
  CHECK(result.settlement.drain >= seconds(10));
  CHECK(result.settlement.drain < milliseconds(10500));
  CHECK(result.settlement.drain_rate_per_s == Approx(10).margin(0.5));
  CHECK(run.world.readings < 4);
}

TEST_CASE("a backlog that cannot end in time is given up at the limit, with what it needs") {
  Run run(300);
  run.drains_at(10);
  run.task.timeout = seconds(5);
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::none);
  CHECK(result.settlement.drain < milliseconds(5200));
  REQUIRE(result.settlement.still_needed);
  CHECK(*result.settlement.still_needed > seconds(24));
  CHECK(*result.settlement.still_needed < seconds(26));
  CHECK(result.settlement.reason.find("still queued after 5 s (worker 10.0/s: needs 25 s; set "
                                      "drain.timeout: 40s)") != std::string::npos);
  CHECK(result.rows.rows.own.size() >= 50);
  CHECK(result.queue.own_listed.size() == 300 - result.rows.rows.own.size());
}

TEST_CASE("a backlog that is nearly done gets up to twice the limit") {
  Run run(80);
  run.drains_at(10);
  run.task.timeout = seconds(5);
  CHECK(run.settle().settlement.proof == SettleProof::complete);
}

TEST_CASE("how long a backlog still needs is said only of one that moves") {
  Run run(300);
  run.task.timeout = seconds(5);
  std::uint64_t worked_off = 100;
  run.world.at = [&](test::World&, Nanoseconds at) {
    const auto done =
        std::min<std::uint64_t>(worked_off, static_cast<std::uint64_t>(at / milliseconds(10)));
    run.write(std::min<std::uint64_t>(done, 299));
    run.list(done, 300);
    if (worked_off == 300 && at > seconds(4)) run.stop.request_stop();
  };
  SECTION("one that stands still") {
    const Settlement open = run.settle().settlement;
    CHECK(open.proof == SettleProof::none);
    CHECK(open.drain_rate_per_s > 0);
    CHECK_FALSE(open.still_needed);
  }
  SECTION("one that is gone, with a vote missing") {
    worked_off = 300;
    const Settlement open = run.settle().settlement;
    CHECK(open.proof == SettleProof::none);
    CHECK(open.drain_rate_per_s > 0);
    CHECK_FALSE(open.still_needed);
  }
}

TEST_CASE("lists are said to hold something only where they do") {
  Run run(10);
  run.write(10);
  run.target.queue.emplace();
  run.task.rows_may_change = true;
  run.wrong = 1;  // it may be on its way to right, and nobody was asked for yet
  run.stop.request_stop();
  const Settlement open = run.settle().settlement;
  CHECK(open.proof == SettleProof::none);
  CHECK(open.reason.starts_with("the drain was interrupted, not settled after "));
  CHECK(open.reason.find("left in") == std::string::npos);
}

TEST_CASE("a backlog that nobody works off is given up after the limit") {
  Run run(10);
  run.list(0, 10);
  run.task.timeout = seconds(5);
  const DrainResult result = run.settle();
  CHECK(result.settlement.drain >= seconds(5));
  CHECK(result.settlement.drain < milliseconds(5200));
  CHECK(result.settlement.reason ==
        "10 votes still queued after 5 s; nothing moves, is the worker running?");
}

TEST_CASE("a lost vote is proven when the serial worker has come back without it") {
  Run run(10);
  run.write(9);
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::empty_handed);
  CHECK(result.settlement.drain >= seconds(2));
  CHECK(result.settlement.drain < milliseconds(2300));
  CHECK(result.settlement.assumptions.size() == 4);
  CHECK(result.settlement.assumptions.back().find("no trailing votes were cast") !=
        std::string::npos);
  CHECK(result.rows.rows.own.size() == 9);
}

TEST_CASE("a worker that holds a vote is waited for") {
  Run run(10);
  run.write(9);
  run.world.at = [&](test::World&, Nanoseconds at) {
    run.worker("lpop", static_cast<std::uint64_t>(at / seconds(1)));
    if (at >= seconds(15)) run.write(10);
  };
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::complete);
  CHECK(result.settlement.drain >= seconds(15));
}

TEST_CASE("a held vote that is never written is pending, not lost") {
  Run run(10);
  run.write(9);
  run.task.timeout = seconds(20);
  run.world.at = [&](test::World&, Nanoseconds at) {
    run.worker("lpop", static_cast<std::uint64_t>(at / seconds(1)));
  };
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::none);
  CHECK(result.settlement.reason.find("has not come back for a vote") != std::string::npos);
}

TEST_CASE("a write that waits for a lock is waited for, whatever the worker's connection says") {
  Run run(10);
  run.write(9);
  run.world.activity.may_write = {"a backend is active"};
  run.world.at = [&](test::World& world, Nanoseconds at) {
    if (at < seconds(15)) return;
    world.activity = {};
    run.write(10);
  };
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::complete);
  CHECK(result.settlement.drain >= seconds(15));
}

TEST_CASE("a write that lands between the proof and the final reading makes it complete") {
  Run run(10);
  run.write(9);
  run.rows.cost = milliseconds(700);
  run.world.at = [&](test::World&, Nanoseconds at) {
    if (at >= milliseconds(2000)) run.write(10);
  };
  CHECK(run.settle().settlement.proof == SettleProof::complete);
}

TEST_CASE("a worker that may prefetch is never empty-handed") {
  Run run(10);
  run.write(9);
  run.target.worker = WorkerModel::unknown;
  run.task.timeout = seconds(30);
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::none);
  CHECK(result.settlement.drain >= seconds(30));
}

TEST_CASE("what does not settle names the line of the target that would have settled it") {
  constexpr const char* kQuiet =
      "if no vote takes longer than 30 s, say so in the target: settle: { quiet: 30s }";
  Run run(10);
  run.write(9);
  run.task.timeout = seconds(30);
  SECTION("a worker that may prefetch") {
    run.target.worker = WorkerModel::unknown;
    CHECK(run.settle().settlement.advice == kQuiet);
  }
  SECTION("said already, and broken by whatever moves") {
    run.target.worker = WorkerModel::unknown;
    run.target.settle_quiet = seconds(60);
    CHECK(run.settle().settlement.advice.empty());
  }
  SECTION("votes that move") {
    run.target.worker = WorkerModel::unknown;
    run.world.at = [&](test::World& world, Nanoseconds at) {
      ++world.pushes;
      world.rows.resize(8 + static_cast<std::size_t>(at / seconds(1) % 2));
    };
    CHECK(run.settle().settlement.advice.empty());
  }
  SECTION("votes that still wait") {
    run.list(9, 10);
    CHECK(run.settle().settlement.advice.empty());
  }
  SECTION("a table that cannot be read") {
    run.world.readings_fail = 1000;
    CHECK(run.settle().settlement.advice.empty());
  }
  SECTION("a queue that cannot be read") {
    run.world.redis_up = false;
    CHECK(run.settle().settlement.advice.empty());
  }
  SECTION("an interrupt") {
    run.target.worker = WorkerModel::unknown;
    run.stop.request_stop();
    CHECK(run.settle().settlement.advice.empty());
  }
}

TEST_CASE("the target's own word that a quiet stack is done, with the assumption named") {
  Run run(10);
  run.write(9);
  run.target.worker = WorkerModel::unknown;
  run.target.settle_quiet = seconds(3);
  SECTION("quiet") {
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == SettleProof::quiet);
    CHECK(result.settlement.drain >= seconds(3));
    CHECK(result.settlement.drain < milliseconds(3500));
    REQUIRE(result.settlement.assumptions.size() == 3);
    CHECK(result.settlement.assumptions[1].find("settle.quiet") != std::string::npos);
  }
  SECTION("a row at 2 s begins the time anew") {
    run.acked = 11;
    run.world.pushes = 11;
    run.world.at = [&](test::World&, Nanoseconds at) {
      if (at >= seconds(2)) run.write(10);
    };
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == SettleProof::quiet);
    CHECK(result.settlement.drain >= seconds(5));
  }
  SECTION("a transaction that is still open is not quiet") {
    run.world.activity.may_write = {"a backend is idle in transaction"};
    run.task.timeout = seconds(10);
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == SettleProof::none);
    CHECK(result.settlement.reason.find("idle in transaction") != std::string::npos);
  }
}

TEST_CASE("a worker that was killed with its vote") {
  Run run(10);
  run.write(9);
  run.history.consumers.push_back(run.history.consumers[0]);
  run.history.consumers.back().client.id = 4;
  run.history.consumers.back().gone_since = run.clock.now() - seconds(1);
  SECTION("known dead: as soon as the others came back") {
    run.task.client_is_dead = [](const QueueClient& client) { return client.id == 4; };
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == SettleProof::empty_handed);
    CHECK(result.settlement.drain < seconds(3));
  }
  SECTION("not known: after max_hold, which is named") {
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == SettleProof::empty_handed);
    CHECK(result.settlement.drain >= seconds(10));
    CHECK(result.settlement.drain < milliseconds(10500));
    CHECK(result.settlement.assumptions.size() == 4);
  }
}

// A shell loop of `redis-cli LPOP` and psql: a connection per pop, and nobody there while it
// writes.
TEST_CASE("a worker that connects anew for every pop") {
  Run run(10);
  run.history.consumers[0].gone_since = run.clock.now();  // one of many, caught by chance
  run.world.clients.clear();
  std::uint64_t written = 10;
  run.world.at = [&](test::World&, Nanoseconds at) {
    const auto popped = std::min<std::uint64_t>(10, static_cast<std::uint64_t>(at / seconds(2)));
    run.list(popped, 10);
    run.write(at < seconds(23) ? std::max<std::uint64_t>(popped, 1) - 1 : written);
  };
  SECTION("its last vote arrives long after the connection that was seen went") {
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == SettleProof::complete);
    CHECK(result.settlement.drain >= seconds(23));
  }
  SECTION("its last vote never arrives: lost after max_hold, with what that assumes") {
    written = 9;
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == SettleProof::empty_handed);
    CHECK(result.settlement.drain >= seconds(30));
    CHECK(result.settlement.drain < seconds(31));
    REQUIRE(result.settlement.assumptions.size() == 4);
    CHECK(result.settlement.assumptions[2].find("worker.max_hold") != std::string::npos);
  }
}

TEST_CASE("a worker that came while the backlog drained, and disconnected with a vote") {
  Run run(100);
  run.world.at = [&](test::World& world, Nanoseconds at) {
    const auto popped =
        std::min<std::uint64_t>(100, static_cast<std::uint64_t>(at / seconds(1)) * 10);
    run.list(popped, 100);
    run.write(at < seconds(14) ? std::min<std::uint64_t>(popped, 99) : 100);
    run.worker("lpop", 0);
    if (at < seconds(3) || at > seconds(8)) return;
    world.clients.push_back(world.clients[0]);
    world.clients.back().id = 9;
  };
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::complete);
  CHECK(result.settlement.drain >= seconds(14));
}

TEST_CASE("of workers that connect anew for every pop, one is caught while another writes") {
  Run run(10);
  run.write(9);
  run.history.consumers.clear();
  run.world.at = [&](test::World& world, Nanoseconds at) {
    if (at >= seconds(4)) run.write(10);
    run.worker("lpop", 0);
    if (at < milliseconds(2200) || at > milliseconds(2300)) world.clients.clear();
  };
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::complete);
  CHECK(result.settlement.drain >= seconds(4));
}

TEST_CASE("when nobody watched, unseen workers get max_hold") {
  Run run(10);
  run.write(9);
  run.task.history = nullptr;
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::empty_handed);
  CHECK(result.settlement.drain >= seconds(10));
}

TEST_CASE("a late vote in the list begins the waiting anew") {
  Run run(10);
  run.write(9);
  run.world.at = [&](test::World&, Nanoseconds at) {
    run.list(9, at >= milliseconds(1900) && at < milliseconds(2000) ? 10 : 9);
  };
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::empty_handed);
  CHECK(result.settlement.drain >= milliseconds(3900));
}

TEST_CASE("strangers in the list do not keep a run from settling, own ids do") {
  Run run(10);
  run.write(10);
  run.world.listed = {kOtherRun.make(1), "somebody"};
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::complete);
  CHECK(result.queue.strangers_listed == 2);
  run.world.in_flight = {kIds.make(3)};
  run.task.timeout = seconds(1);
  const DrainResult held = run.settle();
  CHECK(held.settlement.proof == SettleProof::none);
  CHECK(held.queue.own_in_flight == std::vector<VoterIndex>{3});
}
