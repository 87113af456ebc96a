#include "shards/ledgers.h"

#include <set>

#include "core/os.h"
#include "ledger/files.h"
#include "support/catch.h"
#include "support/shard_world.h"

using namespace votebench;
using namespace votebench::shards;
using namespace std::chrono_literals;
using votebench::ledger::ShardRecord;
using votebench::ledger::ShardState;
using votebench::support::concluded;
using votebench::support::Fate;
using votebench::support::ShardTask;
using votebench::support::ShardWorld;

namespace {

scenario::Scenario votes(std::uint64_t count) {
  scenario::Scenario scenario;
  scenario.name = "shards";
  scenario::Workload workload;
  workload.name = "w";
  workload.executor = scenario::Burst{count, 1s};
  workload.max_in_flight = 64;
  scenario.workloads = {workload};
  return scenario;
}

std::optional<Conclusion> accepted(const PlannedVote&) { return concluded(Outcome::acked); }
std::optional<Conclusion> nothing_more(const PlannedVote&) { return std::nullopt; }

// What a merge made of it.
struct Union {
  std::unique_ptr<ledger::AttemptStore> store;
  Result<Merged> merged;
  [[nodiscard]] std::set<AttemptNumber> numbers() const {
    std::set<AttemptNumber> found;
    store->for_each([&](AttemptNumber number, const Attempt&) { found.insert(number); });
    return found;
  }
  [[nodiscard]] std::uint64_t unknown() const {
    std::uint64_t count = 0;
    store->for_each([&](AttemptNumber, const Attempt& attempt) {
      if (attempt.state == AttemptState::intended) ++count;
    });
    return count;
  }
};

Union merge(const ShardWorld& world) {
  auto store = world.empty_store();
  auto merged = merge_ledgers(world.directory(), world.ticket(), world.plan(), *store);
  return {std::move(store), std::move(merged)};
}

}  // namespace

TEST_CASE("whole shards make the whole run, attempt by attempt") {
  const ShardWorld world(votes(100), 3);
  for (std::uint32_t index = 0; index < 3; ++index) CHECK(world.start({index}, accepted));
  const Union outcome = merge(world);
  REQUIRE(outcome.merged.has_value());
  CHECK(outcome.numbers().size() == 100);
  CHECK(outcome.unknown() == 0);
  CHECK(outcome.merged->load.planned == 100);
  CHECK(outcome.merged->load.completed);
  for (const ShardRecord& shard : outcome.merged->shards) {
    CHECK(shard.state == ShardState::sent);
    CHECK(shard.host == "node");
    CHECK(shard.planned == shard.started);
    CHECK(shard.acked == shard.started);
  }
  // As raw as they were.
  const Attempt one = outcome.store->read(42).value();
  CHECK(one.outcome == votebench::Outcome::acked);
  CHECK(one.service_time() == 1ms);
  CHECK(one.status == 200);
}

TEST_CASE("a second start of a shard sends nothing") {
  const ShardWorld world(votes(30), 2);
  int sent = 0;
  const Fate count = [&](const PlannedVote&) {
    ++sent;
    return concluded(votebench::Outcome::acked);
  };
  CHECK(world.start({.index = 1, .killed_after = 4}, count));
  CHECK_FALSE(world.start({.index = 1}, count));
  CHECK(sent == 4);
}

TEST_CASE("a killed shard: what it began is unknown, what it did not begin was not sent") {
  const ShardWorld world(votes(100), 2);
  CHECK(world.start({.index = 0}, accepted));
  int left = 9;
  CHECK(world.start({.index = 1, .killed_after = 10}, [&](const PlannedVote& vote) {
    return left-- > 0 ? accepted(vote) : nothing_more(vote);
  }));
  const Union outcome = merge(world);
  REQUIRE(outcome.merged.has_value());
  const ShardRecord& shard = outcome.merged->shards[1];
  CHECK(shard.state == ShardState::killed);
  CHECK(shard.planned == 50);
  CHECK(shard.started == 10);
  CHECK(shard.acked == 9);
  CHECK(shard.unknown == 1);
  CHECK(outcome.numbers().size() == 60);
  CHECK(outcome.unknown() == 1);
  CHECK_FALSE(outcome.merged->load.completed);
}

TEST_CASE("a killed shard on another machine: all that is not on record may have been sent") {
  const ShardWorld world(votes(100), 2);
  CHECK(world.start({.index = 0}, accepted));
  CHECK(
      world.start({.index = 1, .killed_after = 20, .on_another = true, .unwritten = 5}, accepted));
  const Union outcome = merge(world);
  REQUIRE(outcome.merged.has_value());
  CHECK(outcome.merged->shards[1].state == ShardState::vanished);
  CHECK(outcome.merged->shards[1].acked == 15);
  CHECK(outcome.merged->shards[1].unknown == 35);
  CHECK(outcome.numbers().size() == 100);
  CHECK(outcome.unknown() == 35);
}

TEST_CASE("a lost ledger: all of its votes are unknown, and its rows prove nothing") {
  const ShardWorld world(votes(100), 4);
  for (std::uint32_t index = 0; index < 4; ++index) CHECK(world.start({index}, accepted));
  SECTION("the attempts are gone") {
    std::filesystem::remove_all(world.shard(2) / ledger::kAttemptsDirectory);
  }
  SECTION("a segment is gone") {
    std::filesystem::remove(world.shard(2) / ledger::kAttemptsDirectory / "00000.seg");
  }
  SECTION("a byte was changed") {
    const auto file = world.shard(2) / ledger::kAttemptsDirectory / "00000.seg";
    std::string bytes = read_file(file).value();
    bytes[2 * sizeof(Attempt) + 3] ^= 0x40;
    REQUIRE(write_file_durably(file, bytes));
  }
  const Union outcome = merge(world);
  REQUIRE(outcome.merged.has_value());
  const ShardRecord& shard = outcome.merged->shards[2];
  CHECK(shard.state == ShardState::lost);
  CHECK(shard.without_ledger());
  CHECK(shard.unknown == 25);
  CHECK(shard.started == 0);
  CHECK(outcome.unknown() == 25);
  CHECK(outcome.numbers().size() == 100);
}

TEST_CASE("a shard that left nothing was not sent, and its rows prove nothing either") {
  const ShardWorld world(votes(100), 4);
  for (const std::uint32_t index : {0U, 1U, 3U}) CHECK(world.start({index}, accepted));
  const Union outcome = merge(world);
  REQUIRE(outcome.merged.has_value());
  CHECK(outcome.merged->shards[2].state == ShardState::absent);
  CHECK(outcome.merged->shards[2].without_ledger());
  CHECK(outcome.numbers().size() == 75);
}

TEST_CASE("a late shard sent nothing, and that is on record") {
  const ShardWorld world(votes(100), 2);
  CHECK(world.start({.index = 0}, accepted));
  CHECK(world.start({.index = 1, .late = true}, accepted));
  const Union outcome = merge(world);
  REQUIRE(outcome.merged.has_value());
  CHECK(outcome.merged->shards[1].state == ShardState::unfit);
  CHECK(outcome.merged->shards[1].detail == "it was ready 41 s late");
  CHECK_FALSE(outcome.merged->shards[1].without_ledger());
  CHECK(outcome.numbers().size() == 50);
}

TEST_CASE("two ledgers of one shard contradict each other, and both are named") {
  const ShardWorld world(votes(100), 2);
  for (std::uint32_t index = 0; index < 2; ++index) CHECK(world.start({index}, accepted));
  std::filesystem::copy(world.shard(1), world.directory() / "shards" / "1-again",
                        std::filesystem::copy_options::recursive);
  const Union outcome = merge(world);
  REQUIRE_FALSE(outcome.merged.has_value());
  CHECK(outcome.merged.error().kind == ErrorKind::internal);
  CHECK(outcome.merged.error().message.find("shards/1 and shards/1-again") != std::string::npos);
}

TEST_CASE("a shard that lied about its index is found by its votes") {
  const ShardWorld world(votes(100), 3);
  CHECK(world.start({.index = 0}, accepted));
  CHECK(world.start({.index = 1}, accepted));
  std::filesystem::rename(world.shard(1), world.shard(2));
  const Union outcome = merge(world);
  REQUIRE_FALSE(outcome.merged.has_value());
  CHECK(outcome.merged.error().kind == ErrorKind::internal);
  CHECK(outcome.merged.error().message == "shards/2 holds vote 1, which is shard 1's");
}

TEST_CASE("a ledger of another run is no part of this one") {
  const ShardWorld world(votes(100), 2);
  CHECK(world.start({.index = 0}, accepted));
  ledger::Manifest other = world.ticket().run;
  other.run = RunId{0xBAD};
  std::filesystem::create_directory(world.shard(1));
  const auto run = ledger::RunDirectory::create_in(world.shard(1), other).value();
  (void)run.create_attempts(other).value();
  const Union outcome = merge(world);
  REQUIRE_FALSE(outcome.merged.has_value());
  CHECK(outcome.merged.error().message.find("is of another run") != std::string::npos);
}

TEST_CASE("clients that vote for a time: nobody knows how much a lost shard sent") {
  scenario::Scenario scenario = votes(10);
  scenario.workloads[0].executor =
      scenario::ConstantClients{.clients = 4, .duration = 10s, .votes = {}};
  const ShardWorld world(scenario, 2);
  CHECK(world.start({.index = 0, .killed_after = 8}, accepted));
  CHECK(world.start({.index = 1, .killed_after = 8, .on_another = true}, accepted));
  const Union outcome = merge(world);
  REQUIRE(outcome.merged.has_value());
  CHECK(outcome.merged->shards[0].state == ShardState::killed);
  CHECK(outcome.merged->shards[1].state == ShardState::lost);
  CHECK(outcome.merged->shards[1].detail.find("clients vote for a time") != std::string::npos);
  CHECK(outcome.merged->load.planned == 16);
}

TEST_CASE("what a directory shows of a shard while it works") {
  const ShardWorld world(votes(100), 2);
  CHECK_FALSE(look_at_shard(world.directory(), 0).claimed);
  CHECK(world.start({.index = 0}, accepted));
  CHECK(look_at_shard(world.directory(), 0).closed);
  CHECK(world.start({.index = 1, .killed_after = 3}, accepted));
  const ShardSigns killed = look_at_shard(world.directory(), 1);
  CHECK(killed.claimed);
  CHECK_FALSE(killed.closed);
  CHECK(killed.dead);
}
