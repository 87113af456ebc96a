// The sampler's threads over stacks in memory; real time, but no test waits for it to pass.
#include "watch/sampler.h"

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "support/catch.h"
#include "unit/watch/clients.h"
#include "unit/watch/fakes.h"

using namespace votebench;
using namespace votebench::watch;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

namespace {

const VoterIds kIds(RunId{0xb7f3a001}, RunKey{1, 2, 3});

// Collects what the sampler says and lets the test wait for it.
class Ear {
 public:
  SampleSink sink() {
    return {[this](const Sample& sample) { note([&] { samples_.push_back(sample); }); },
            [this](const RunEvent& event) { note([&] { events_.push_back(event.name); }); }};
  }
  bool wait_for(const std::function<bool(const Ear&)>& condition) {
    std::unique_lock lock(mutex_);
    return heard_.wait_for(lock, std::chrono::seconds(100), [&] { return condition(*this); });
  }
  [[nodiscard]] std::uint64_t queue_samples() const {
    return static_cast<std::uint64_t>(std::count_if(samples_.begin(), samples_.end(),
                                                    [](const Sample& s) { return s.has_queue; }));
  }
  [[nodiscard]] std::uint64_t row_samples() const { return samples_.size() - queue_samples(); }
  [[nodiscard]] const std::vector<Sample>& samples() const { return samples_; }
  [[nodiscard]] const std::vector<std::string>& events() const { return events_; }

 private:
  template <typename Change>
  void note(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    heard_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable heard_;
  std::vector<Sample> samples_;
  std::vector<std::string> events_;
};

struct Stack {
  test::World world;  // changed before the sampler starts, or through `at`
  test::SleeplessClock unused;
  Ear ear;
  SamplerSources sources{.ids = kIds};

  Stack() {
    world.pushes = 7;
    sources.queue = std::make_unique<test::FakeQueue>(world, unused);
    sources.queue_baseline.server_id = world.server_id;
    sources.queue_words = {"Redis", "redis"};
    sources.rows_words = {"PostgreSQL", "postgres"};
    sources.queue_every = milliseconds(2);
    sources.rows_every = milliseconds(2);
  }
};

// A table that is locked until the test lets go.
class LockedRows final : public adapters::RowStore {
 public:
  explicit LockedRows(std::atomic<bool>& locked) : locked_(locked) {}
  Result<std::optional<std::uint64_t>> progress(const VoterIds& /*ids*/,
                                                bool /*at_once*/) override {
    locked_.wait(true);
    return std::optional<std::uint64_t>(3);
  }
  Result<adapters::StoreFacts> facts() override { return test::unreachable("x"); }
  Result<adapters::TableFacts> table(const VoterIds&) override { return test::unreachable("x"); }
  Result<StoreIdentity> identity() override { return test::unreachable("x"); }
  Result<bool> has_rows_of(const VoterIds& /*ids*/) override { return test::unreachable("x"); }
  Result<RowBaseline> baseline(const VoterIds& /*ids*/) override { return test::unreachable("x"); }
  Result<RowSet> read_rows(const adapters::RowQuestion& /*q*/) override {
    return test::unreachable("x");
  }
  Result<Tallies> tallies() override { return test::unreachable("x"); }
  Result<std::vector<adapters::FoundRow>> find_rows(
      const std::vector<std::string>& /*ids*/) override {
    return test::unreachable("x");
  }
  Result<std::vector<std::string>> own_ids(const VoterIds& /*ids*/) override {
    return test::unreachable("x");
  }
  Result<std::uint64_t> remove_rows(const std::vector<std::string>& /*ids*/) override {
    return test::unreachable("x");
  }
  Result<adapters::StoreActivity> activity() override { return test::unreachable("x"); }
  Result<ClockOffset> clock_offset(const Clock& /*clock*/) override {
    return test::unreachable("x");
  }

 private:
  std::atomic<bool>& locked_;
};

}  // namespace

TEST_CASE("queue and consumers are looked at from the first moment, and once more at the end") {
  Stack stack;
  QueueClient worker;
  worker.id = 1;
  test::set_command(worker, "blpop", true);
  stack.world.clients = {worker};
  stack.world.listed = {"a", "b"};
  stack.world.in_flight = {"c"};
  const Instant t0 = real_clock().now() + std::chrono::hours(1);  // still to come
  Sampler sampler(real_clock(), t0, std::move(stack.sources), stack.ear.sink());
  REQUIRE(stack.ear.wait_for([](const Ear& ear) { return ear.queue_samples() >= 3; }));
  sampler.stop();
  sampler.stop();
  const std::size_t at_end = stack.ear.samples().size();
  CHECK(at_end >= 4);
  const Sample sample = stack.ear.samples().front();
  CHECK(sample.at < Nanoseconds(0));
  CHECK_FALSE(sample.has_rows);
  CHECK(sample.queue_depth == 2);
  CHECK(sample.in_flight == 1);
  CHECK(sample.pushed == 7);
  const QueueHistory history = sampler.queue_history();
  CHECK(history.depth_max == 2);
  CHECK(history.pushed == 7);
  REQUIRE(history.consumers.size() == 1);
}

TEST_CASE("a server's clock is read at the first look and at the last, against ours counted on") {
  Stack stack;
  // That of an hour after the run's beginning, whatever this machine's clock says.
  stack.sources.t0_wall = WallTime(1000h);
  stack.world.redis_clock = WallTime(1001h);
  std::vector<ServerClock> readings;
  SampleSink sink = stack.ear.sink();
  sink.on_clock = [&](const ServerClock& reading) { readings.push_back(reading); };
  const Instant t0 = real_clock().now();
  Sampler sampler(real_clock(), t0, std::move(stack.sources), std::move(sink));
  REQUIRE(stack.ear.wait_for([](const Ear& ear) { return ear.queue_samples() >= 3; }));
  sampler.stop();
  const Nanoseconds elapsed = real_clock().now() - t0;
  REQUIRE(readings.size() == 2);
  for (const ServerClock& reading : readings) {
    CHECK(reading.of == ServerClock::Of::queue);
    CHECK(reading.offset.offset <= 1h);
    CHECK(reading.offset.offset >= 1h - elapsed);
    CHECK(reading.measured >= WallTime(1000h));
  }
}

TEST_CASE("a table that hangs does not hide the queue") {
  Stack stack;
  std::atomic<bool> locked = true;
  stack.sources.rows = std::make_unique<LockedRows>(locked);
  Sampler sampler(real_clock(), real_clock().now(), std::move(stack.sources), stack.ear.sink());
  CHECK(stack.ear.wait_for([](const Ear& ear) { return ear.queue_samples() >= 5; }));
  CHECK(stack.ear.wait_for([](const Ear& ear) { return ear.row_samples() == 0; }));
  locked = false;
  locked.notify_all();
  CHECK(stack.ear.wait_for([](const Ear& ear) { return ear.row_samples() >= 2; }));
}

TEST_CASE("a store that goes and comes back is two events, however often it is asked") {
  Stack stack;
  std::atomic<int> looks = 0;
  stack.world.at = [&](test::World& world, Nanoseconds) {
    const int look = ++looks;
    world.redis_up = look < 3 || look > 6;
  };
  Sampler sampler(real_clock(), real_clock().now(), std::move(stack.sources), stack.ear.sink());
  REQUIRE(stack.ear.wait_for([&](const Ear& ear) { return ear.queue_samples() >= 5; }));
  sampler.stop();
  auto events = stack.ear.events();
  std::erase(events, "sampler-gap");  // a busy machine's: four cadences are 8 ms here
  CHECK(events == std::vector<std::string>{"redis-unreachable", "redis-back"});
}

TEST_CASE("rows are sampled, and a table that cannot be read is an event") {
  Stack stack;
  stack.sources.queue.reset();
  stack.world.rows.resize(4);
  auto rows = std::make_unique<test::FakeRows>(stack.world, stack.unused);
  SECTION("readable") {
    stack.sources.rows = std::move(rows);
    Sampler sampler(real_clock(), real_clock().now(), std::move(stack.sources), stack.ear.sink());
    REQUIRE(stack.ear.wait_for([](const Ear& ear) { return ear.row_samples() >= 2; }));
    sampler.stop();
    CHECK(stack.ear.samples()[0].rows_written == 4);
  }
  SECTION("of others, as far as anybody can tell") {
    stack.sources.rows = std::move(rows);
    stack.sources.rows_told = false;
    Sampler sampler(real_clock(), real_clock().now(), std::move(stack.sources), stack.ear.sink());
    sampler.stop();  // with a last look
    CHECK(stack.ear.samples().empty());
  }
  SECTION("not readable") {
    stack.world.postgres_up = false;
    stack.sources.rows = std::move(rows);
    Sampler sampler(real_clock(), real_clock().now(), std::move(stack.sources), stack.ear.sink());
    REQUIRE(stack.ear.wait_for([](const Ear& ear) { return !ear.events().empty(); }));
    sampler.stop();
    CHECK(stack.ear.events() == std::vector<std::string>{"postgres-unreadable"});
  }
}

TEST_CASE("the lists are read while something stands in them, until an id of ours was seen") {
  Stack stack;
  stack.world.listed = {"?", kIds.make(kFirstProbeIndex)};
  std::uint64_t seen_after = 0;
  {
    Sampler sampler(real_clock(), real_clock().now(), std::move(stack.sources), stack.ear.sink());
    REQUIRE(stack.ear.wait_for([](const Ear& ear) { return ear.queue_samples() >= 10; }));
    sampler.stop();
    CHECK(sampler.queue_history().seen_in_list(0));
    CHECK_FALSE(sampler.queue_history().seen_in_list(1));
    seen_after = stack.world.contents_read;
  }
  CHECK(seen_after == 1);
}

TEST_CASE("an empty list is not read") {
  Stack stack;
  Sampler sampler(real_clock(), real_clock().now(), std::move(stack.sources), stack.ear.sink());
  REQUIRE(stack.ear.wait_for([](const Ear& ear) { return ear.queue_samples() >= 5; }));
  sampler.stop();
  CHECK(stack.world.contents_read == 0);
  CHECK_FALSE(sampler.queue_history().list_seen());
}
