// The drain when a store is gone, replaced or not there at all; no server, no sleep.
#include <algorithm>
#include <functional>

#include "support/catch.h"
#include "unit/watch/ended_run.h"

using namespace votebench;
using namespace votebench::watch;
using namespace votebench::watch::test_run;

TEST_CASE("Redis gone for good: nothing is proven, the rows are still read") {
  Run run(10);
  run.write(10);
  run.world.redis_up = false;
  run.task.timeout = seconds(2);
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::none);
  CHECK(result.settlement.reason.find("Redis does not answer") != std::string::npos);
  CHECK_FALSE(result.queue.readable_at_end);
  CHECK_FALSE(result.queue.pushed);
  CHECK(result.rows.rows.own.size() == 10);
}

TEST_CASE("Redis gone after its lists were read: what they held is not known any more") {
  Run run(10);
  run.list(0, 10);
  run.task.timeout = seconds(2);
  run.world.at = [](test::World& world, Nanoseconds at) { world.redis_up = at < seconds(1); };
  const DrainResult result = run.settle();
  CHECK_FALSE(result.queue.readable_at_end);
  CHECK(result.queue.own_listed.empty());
}

TEST_CASE("a Redis that does not tell its clients: complete can be proven, loss cannot") {
  Run run(10);
  run.world.may_list_clients = false;
  run.task.timeout = seconds(15);
  SECTION("complete") {
    run.drains_at(10);
    CHECK(run.settle().settlement.proof == SettleProof::complete);
  }
  SECTION("not complete") {
    run.write(9);
    CHECK(run.settle().settlement.proof == SettleProof::none);
  }
}

TEST_CASE("nobody knows what happened while Redis did not answer") {
  Run run(10);
  run.write(9);
  run.world.at = [](test::World& world, Nanoseconds at) {
    world.redis_up = at < seconds(1) || at > milliseconds(1500);
  };
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::empty_handed);
  CHECK(result.settlement.drain >= milliseconds(3500));
}

TEST_CASE("Redis back under another id: deltas are void, the rest can be proven") {
  Run run(10);
  run.write(9);
  run.world.server_id = "server-2";
  run.world.pushes = 0;
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::empty_handed);
  CHECK_FALSE(result.queue.same_server);
  CHECK(result.queue.restarts == 1);
  CHECK_FALSE(result.queue.pushed);
  CHECK_FALSE(result.queue.popped);
}

TEST_CASE("a replaced table and a replica prove nothing, and waiting is pointless") {
  Run run(10);
  run.write(10);
  bool replaced = false;
  SECTION("replaced") {
    replaced = true;
    run.world.store.table = "another";
  }
  SECTION("replica") { run.world.replica = true; }
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::none);
  CHECK(result.settlement.drain < milliseconds(100));
  CHECK(result.rows.same_store == !replaced);
  CHECK(result.rows.is_replica == !replaced);
}

TEST_CASE("rows that earlier readings of the drain saw and the last one does not are named") {
  Run run(10);
  run.write(9);
  const auto erase_at = [&](seconds when, bool restart) {
    run.world.at = [when, restart](test::World& world, Nanoseconds at) {
      if (at < when) return;
      if (restart) world.store.server = "later";
      std::erase_if(world.rows, [](const OwnRow& row) { return row.voter == 2 || row.voter == 5; });
    };
  };
  SECTION("none") {
    const RowEvidence rows = run.settle().rows;
    CHECK(rows.voters_vanished == 0);
    CHECK_FALSE(rows.were_removed());
  }
  SECTION("removed") {
    erase_at(seconds(1), false);
    const RowEvidence rows = run.settle().rows;
    CHECK(rows.voters_vanished == 2);
    CHECK(rows.vanished == std::vector<VoterIndex>{2, 5});
    CHECK(rows.were_removed());
    CHECK(rows.rows_vanished);
    CHECK_FALSE(rows.values_changed);
  }
  SECTION("there again, with other values") {
    run.world.at = [](test::World& world, Nanoseconds at) {
      world.rows[3].choice = at < seconds(1) ? 0 : 1;
      if (world.readings == 1) world.rows[4].voter = 40;
      if (world.readings == 2) world.rows[4].voter = 4;
    };
    const RowEvidence rows = run.settle().rows;
    CHECK(rows.values_changed);
    CHECK(rows.rows_vanished);
  }
  SECTION("gone with a crash of the server") {
    erase_at(seconds(1), true);
    const RowEvidence rows = run.settle().rows;
    CHECK(rows.voters_vanished == 2);
    CHECK_FALSE(rows.were_removed());
  }
}

TEST_CASE("a server that was restarted is the same store") {
  Run run(10);
  run.write(10);
  run.world.store.server = "later";
  CHECK(run.settle().settlement.proof == SettleProof::complete);
}

TEST_CASE("PostgreSQL gone for good") {
  Run run(10);
  run.world.postgres_up = false;
  run.task.timeout = seconds(2);
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::none);
  CHECK(result.settlement.reason.find("PostgreSQL does not answer") != std::string::npos);
  CHECK(result.rows.configured);
  CHECK_FALSE(result.rows.readable);
}

TEST_CASE("the last reading is tried once more") {
  Run run(10);
  run.task.timeout = seconds(2);
  std::uint64_t fail = 0;
  SECTION("one that fails once is read") { fail = 1; }
  SECTION("one that fails twice is not") { fail = 2; }
  run.world.listed = {kIds.make(9)};  // so that the table is read at the end alone
  run.world.readings_fail = fail;
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::none);
  CHECK(result.rows.readable == (fail == 1));
}

TEST_CASE("without Redis only completeness settles") {
  Run run(10);
  run.task.queue = nullptr;
  run.task.queue_baseline = nullptr;
  run.task.timeout = seconds(3);
  SECTION("complete") {
    run.write(10);
    CHECK(run.settle().settlement.proof == SettleProof::complete);
  }
  SECTION("not complete") {
    run.write(9);
    const DrainResult result = run.settle();
    CHECK(result.settlement.proof == SettleProof::none);
    CHECK_FALSE(result.queue.configured);
  }
  SECTION("the rate is that of the rows") {
    run.acked = 50;
    run.world.at = [&](test::World&, Nanoseconds at) {
      run.write(std::min<std::uint64_t>(50, static_cast<std::uint64_t>(at / milliseconds(100))));
    };
    const Settlement settlement = run.settle().settlement;
    CHECK(settlement.proof == SettleProof::complete);
    CHECK(settlement.drain_rate_per_s == Approx(10).margin(1));
  }
}

TEST_CASE("without Redis rows that come are waited for to twice the limit") {
  Run run(100);
  run.task.queue = nullptr;
  run.task.queue_baseline = nullptr;
  run.task.timeout = seconds(5);
  run.world.at = [&](test::World&, Nanoseconds at) {
    run.write(static_cast<std::uint64_t>(at / seconds(1)));
  };
  CHECK(run.settle().settlement.drain >= seconds(10));
}

TEST_CASE("a PostgreSQL that does not show who may still write: loss cannot be proven") {
  Run run(10);
  run.write(9);
  run.world.may_ask_activity = false;
  run.task.timeout = seconds(15);
  SECTION("by empty hands") {}
  SECTION("by stillness") {
    run.target.worker = WorkerModel::unknown;
    run.target.settle_quiet = seconds(3);
  }
  CHECK(run.settle().settlement.proof == SettleProof::none);
}

TEST_CASE("what changes between the proof and the final reading takes the proof away") {
  Run run(10);
  run.write(9);
  run.rows.cost = Nanoseconds(0);
  test::set_command(run.world.clients[0], "blpop", true);
  int looks = 0;  // of the proof: lists, rows, activity, rows again, lists again
  int last = 4;
  std::function<void(test::World&)> change = [](test::World&) {};
  run.world.at = [&](test::World& world, Nanoseconds at) {
    world.redis_up = true;
    if (at >= seconds(2) && ++looks == last) change(world);
  };
  SECTION("nothing does") {
    CHECK(run.settle().settlement.drain == seconds(2));
    CHECK(looks == 5);
    return;
  }
  SECTION("the reading fails") {
    change = [](test::World& world) { world.readings_fail = 1; };
  }
  SECTION("the table is replaced") {
    last = 3;
    change = [](test::World& world) { world.store.table = "another"; };
  }
  SECTION("a row comes, and another vote is missing") {
    change = [&](test::World&) { run.write(run.acked++); };
  }
  SECTION("a row has another value") {
    change = [&](test::World&) { run.wrong = 1; };
  }
  SECTION("a vote is in the list again") {
    last = 5;
    change = [&](test::World&) { run.list(9, 10); };
  }
  SECTION("the lists cannot be read") {
    last = 5;
    change = [](test::World& world) { world.redis_up = false; };
  }
  CHECK(run.settle().settlement.drain > seconds(2));
}

TEST_CASE("ids that stood in the list before the run are told from strangers by the table") {
  Run run(10);
  run.write(10);
  run.queue_baseline.carry_over_ids = {"ann"};
  run.settle();
  CHECK(run.world.carried == std::unordered_set<std::string>{"ann"});
  run.task.queue = nullptr;
  run.task.queue_baseline = nullptr;
  run.settle();
  CHECK(run.world.carried.empty());
}

TEST_CASE("a reading that fails moved nothing") {
  Run run(10);
  run.write(9);
  run.task.timeout = seconds(5);
  run.world.clients.clear();
  run.target.max_hold_stated = false;
  run.target.worker_max_hold = seconds(60);
  run.world.at = [](test::World& world, Nanoseconds at) {
    world.readings_fail = at / seconds(1) % 2 == 1 ? 1 : 0;
  };
  const Settlement settlement = run.settle().settlement;
  CHECK(settlement.proof == SettleProof::none);
  CHECK(settlement.drain < milliseconds(5500));
}

TEST_CASE("without PostgreSQL nothing settles, but the queue is watched to its end") {
  Run run(100);
  run.drains_at(100);
  run.task.rows = nullptr;
  run.task.row_baseline = nullptr;
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::none);
  CHECK(result.settlement.drain >= seconds(1));
  CHECK(result.settlement.drain < seconds(2));
  CHECK(result.queue.popped == 100);
}

TEST_CASE("Ctrl-C cuts the drain short, the evidence is still read") {
  Run run(100);
  run.drains_at(10);
  run.world.at = [&, drains = run.world.at](test::World& world, Nanoseconds at) {
    drains(world, at);
    if (at >= seconds(1)) run.stop.request_stop();
  };
  const DrainResult result = run.settle();
  CHECK(result.settlement.proof == SettleProof::none);
  CHECK(result.settlement.drain < milliseconds(1200));
  CHECK(result.settlement.reason.starts_with("the drain was interrupted, "));
  CHECK(result.rows.readable);
  CHECK(result.queue.own_listed.size() + result.rows.rows.own.size() == 100);
}

TEST_CASE("the last vote that comes at the last reading makes it complete") {
  Run run(10);
  run.write(9);
  run.stop.request_stop();
  run.world.at = [&](test::World& world, Nanoseconds) {
    if (world.readings == 1) run.write(10);
  };
  CHECK(run.settle().settlement.proof == SettleProof::complete);
}

TEST_CASE("the stack is looked at every 20 ms in the first second, later ten times a second") {
  Run run(10);
  run.list(0, 10);
  run.task.timeout = seconds(3);
  std::vector<Nanoseconds> told;
  run.task.on_status = [&](const DrainStatus& status) { told.push_back(status.elapsed); };
  run.settle();
  CHECK(std::ranges::count_if(told, [](Nanoseconds at) { return at < seconds(1); }) == 50);
  CHECK(std::ranges::count_if(told, [](Nanoseconds at) { return at >= seconds(1); }) == 20);
}

TEST_CASE("the live view is told where the drain stands") {
  Run run(20);
  run.drains_at(10);
  std::vector<DrainStatus> told;
  run.task.on_status = [&](const DrainStatus& status) { told.push_back(status); };
  run.settle();
  REQUIRE(told.size() > 10);
  CHECK(told.front().waiting == 20);
  CHECK(told.back().waiting < 3);
  CHECK(told.back().rate_per_s == Approx(10).margin(1));
}
