// The settled rule against a real Redis and PostgreSQL: what a worker looks like from outside.
#include <atomic>
#include <thread>

#include "support/catch.h"
#include "support/real_servers.h"
#include "watch/sampler.h"
#include "watch/settle.h"

using namespace votebench;
using namespace votebench::watch;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const VoterIds kIds(RunId{0xb7f3a001}, RunKey{1, 2, 3});
const ChoiceNames kChoices{"a", "b"};

// Knows how long it was asked to sleep, which a busy machine does not change.
class CountingClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return real_clock().now(); }
  [[nodiscard]] WallTime wall_now() const override { return real_clock().wall_now(); }
  bool sleep_until(Instant until, std::stop_token stop) override {
    slept_ += std::max(until - now(), Nanoseconds(0));
    return real_clock().sleep_until(until, std::move(stop));
  }
  [[nodiscard]] Nanoseconds slept() const { return slept_; }

 private:
  Nanoseconds slept_{};
};

// One server for all tests of this file.
const test::RealPostgres& server() {
  static const test::RealPostgres postgres;
  return postgres;
}

// A stack whose vote service and worker are the test itself.
struct Stack {
  test::RealRedis redis;
  test::SqlSession sql = server().connect();
  std::unique_ptr<adapters::QueueProbe> queue = *adapters::open_queue_probe(redis.settings());
  std::unique_ptr<adapters::RowStore> rows;
  QueueBaseline queue_baseline;
  RowBaseline row_baseline;
  TargetSettings target;
  std::uint64_t pushed = 0;
  CountingClock clock;
  DrainTask task{.target = target, .ids = kIds, .choices = kChoices};

  Stack() {
    sql.ask("DROP TABLE IF EXISTS votes");
    sql.ask("CREATE TABLE votes (id VARCHAR(255) NOT NULL UNIQUE, vote VARCHAR(255) NOT NULL)");
    rows = *adapters::open_row_store(server().settings());
    queue_baseline.snapshot = *queue->snapshot();
    row_baseline = *rows->baseline(kIds);
    queue_baseline.seen_in = {true};  // by the probes
    task.queue = queue.get();
    task.queue_baseline = &queue_baseline;
    task.rows = rows.get();
    task.row_baseline = &row_baseline;
    task.timeout = seconds(20);
    task.missing_acked = [this](const RowEvidence& table) {
      return MissingVotes{pushed - table.rows.own.size(), 0, 0};
    };
  }

  void push() {
    redis.connect().ask(
        {"RPUSH", "votes", R"({"voter_id": ")" + id(pushed) + R"(", "vote": "a"})"});
    ++pushed;
  }
  static std::string id(std::uint64_t voter) { return kIds.make(static_cast<VoterIndex>(voter)); }
  static std::string insert(std::uint64_t voter) {
    return "INSERT INTO votes VALUES ('" + id(voter) + "', 'a')";
  }
  // What a sampler has seen by now, of the clients that are connected.
  void watched() {
    QueueTracker tracker(queue_baseline.snapshot);
    tracker.observe({}, queue->snapshot());
    tracker.observe_clients(real_clock().now(), *queue->clients());
    task.history = [history = tracker.history()] { return history; };
  }
  DrainResult settle() { return drain(task, clock); }
};

}  // namespace

TEST_CASE("a clean run settles at once") {
  Stack stack;
  stack.push();
  test::RedisSession worker = stack.redis.connect();
  worker.ask({"LPOP", "votes"});
  stack.sql.ask(Stack::insert(0));
  const DrainResult result = stack.settle();
  CHECK(result.settlement.proof == SettleProof::complete);
  CHECK(stack.clock.slept() < milliseconds(100));
  CHECK(result.queue.pushed == 1);
  CHECK(result.queue.popped == 1);
  CHECK(result.rows.rows.own.at(0).committed_ns > 0);
  CHECK(result.rows.store == stack.row_baseline.identity);
}

TEST_CASE("a blocked worker without the vote: lost, and known at once") {
  Stack stack;
  stack.target.worker_stated = true;
  stack.push();
  test::RedisSession worker = stack.redis.connect();
  worker.ask({"BLPOP", "votes", "0"});  // dropped
  worker.send({"BLPOP", "votes", "0"});
  test::wait_until("the worker blocks", [&] { return stack.queue->clients()->at(0).waits; });
  stack.watched();
  const DrainResult result = stack.settle();
  CHECK(result.settlement.proof == SettleProof::empty_handed);
  CHECK(stack.clock.slept() < seconds(3));  // no need for the two further seconds of a poller
  CHECK(result.rows.rows.own.empty());
}

TEST_CASE("a polling worker without the vote: lost, after two seconds") {
  Stack stack;
  stack.push();
  std::atomic<bool> done = false;
  std::jthread polling([&] {
    test::RedisSession worker = stack.redis.connect();
    while (!done) {
      worker.ask({"LPOP", "votes"});  // drops what it gets
      std::this_thread::sleep_for(milliseconds(20));
    }
  });
  test::wait_until("the vote is popped", [&] { return stack.queue->snapshot()->depth == 0; });
  stack.watched();
  const DrainResult result = stack.settle();
  done = true;
  CHECK(result.settlement.proof == SettleProof::empty_handed);
  CHECK(result.settlement.drain >= seconds(2));
  CHECK(stack.clock.slept() < seconds(9));  // max_hold was not needed
}

TEST_CASE("a worker holds a vote while the table is locked: pending, then written") {
  Stack stack;
  stack.push();
  test::RedisSession worker = stack.redis.connect();
  worker.ask({"LPOP", "votes"});
  stack.watched();
  test::SqlSession locker = server().connect();
  locker.ask("BEGIN");
  locker.ask("LOCK TABLE votes IN EXCLUSIVE MODE");
  stack.sql.send(Stack::insert(0));
  stack.task.timeout = seconds(3);
  const DrainResult locked = stack.settle();
  CHECK(locked.settlement.proof == SettleProof::none);
  CHECK(locked.settlement.drain >= seconds(3));
  CHECK(locked.settlement.reason.find("has not come back for a vote") != std::string::npos);
  CHECK(locked.rows.readable);

  // Even if the worker's connection says that it came back.
  std::atomic<bool> done = false;
  std::jthread polling([&] {
    while (!done) {
      worker.ask({"LPOP", "votes"});
      std::this_thread::sleep_for(milliseconds(20));
    }
  });
  const DrainResult busy = stack.settle();
  CHECK(busy.settlement.proof == SettleProof::none);
  CHECK(busy.settlement.reason.find("PostgreSQL backend") != std::string::npos);
  locker.ask("COMMIT");
  stack.sql.receive();
  CHECK(stack.settle().settlement.proof == SettleProof::complete);
  done = true;
}

TEST_CASE("a table that is locked altogether is waited for") {
  Stack stack;
  stack.push();
  test::RedisSession worker = stack.redis.connect();
  worker.ask({"LPOP", "votes"});
  stack.sql.ask(Stack::insert(0));
  test::SqlSession locker = server().connect();
  locker.ask("BEGIN");
  locker.ask("LOCK TABLE votes");
  std::jthread unlock([&] {
    test::wait_until("the drain waits for the table", [&] {
      return stack.sql.ask("SELECT count(*) FROM pg_locks WHERE NOT granted") == "1";
    });
    locker.ask("COMMIT");
  });
  CHECK(stack.settle().settlement.proof == SettleProof::complete);
}

TEST_CASE("Redis dies with a vote and comes back empty") {
  Stack stack;
  stack.push();
  stack.push();
  std::atomic<std::uint64_t> looks = 0;
  std::vector<std::string> events;
  SamplerSources sources{.ids = kIds};
  sources.queue = *adapters::open_queue_probe(stack.redis.settings());
  sources.queue_baseline = stack.queue_baseline.snapshot;
  sources.queue_words = {"Redis", "redis"};
  sources.queue_every = milliseconds(5);
  Sampler sampler(real_clock(), real_clock().now(), std::move(sources),
                  {[&](const Sample&) { ++looks; },
                   [&](const RunEvent& event) { events.push_back(event.name); }});
  test::wait_until("the sampler looks", [&] { return looks > 2; });
  stack.redis.kill();
  stack.redis.start();
  const std::uint64_t before = looks;
  test::wait_until("the sampler looks again", [&] { return looks > before + 1; });
  sampler.stop();
  CHECK(std::count(events.begin(), events.end(), "redis-restarted") == 1);
  const QueueHistory history = sampler.queue_history();
  CHECK(history.depth_max == 2);
  CHECK(history.restarts == 1);
  CHECK_FALSE(history.pushed);

  test::RedisSession worker = stack.redis.connect();
  worker.ask({"LPOP", "votes"});
  worker.send({"BLPOP", "votes", "0"});
  stack.task.history = [&] { return history; };
  const DrainResult result = stack.settle();
  CHECK(result.settlement.proof == SettleProof::empty_handed);
  CHECK_FALSE(result.queue.same_server);
  CHECK(result.queue.restarts == 1);
  CHECK(result.queue.readable_at_end);
}

TEST_CASE("old votes in the queue are carry-over when they arrive") {
  Stack stack;
  stack.queue_baseline.carry_over_ids = {"old-voter"};
  stack.push();
  test::RedisSession worker = stack.redis.connect();
  worker.ask({"LPOP", "votes"});
  stack.sql.ask("INSERT INTO votes VALUES ('old-voter', 'b'), ('somebody', 'b')");
  stack.sql.ask(Stack::insert(0));
  const DrainResult result = stack.settle();
  CHECK(result.settlement.proof == SettleProof::complete);
  CHECK(result.rows.rows.carry_over == 1);
  CHECK(result.rows.rows.foreign == 1);
  CHECK_FALSE(result.rows.strangers_changed);
}
