#include "shards/claim.h"

#include <atomic>
#include <map>
#include <thread>

#include "shards/ticket.h"
#include "support/catch.h"
#include "unit/ledger/fixtures.h"

using namespace votebench;
using namespace votebench::shards;
using namespace std::chrono_literals;
using votebench::ledger::test::TemporaryDirectory;

namespace {

Result<std::uint32_t> index_in(const std::map<std::string, std::string>& variables,
                               std::uint32_t shards = 4) {
  return index_of_engine(
      [&](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
      },
      shards);
}

}  // namespace

TEST_CASE("each engine says which shard this is") {
  CHECK(index_in({{"JOB_COMPLETION_INDEX", "3"}}).value() == 3);
  CHECK(index_in({{"AWS_BATCH_JOB_ARRAY_INDEX", "0"}}).value() == 0);
  CHECK(index_in({{"SLURM_ARRAY_TASK_ID", "2"}, {"SLURM_ARRAY_TASK_MIN", "0"}}).value() == 2);
  CHECK(index_in({{"SLURM_ARRAY_TASK_ID", "7"}, {"SLURM_ARRAY_TASK_MIN", "5"}}).value() == 2);
  CHECK(index_in({{"VOTEBENCH_SLOT", "0"}}).value() == 0);
  CHECK(index_in({{"VOTEBENCH_SLOT", "3"}}).value() == 3);
}

TEST_CASE("an index that is none of the ticket's is a mistake, never a guess") {
  for (const std::map<std::string, std::string>& wrong :
       std::vector<std::map<std::string, std::string>>{
           {},
           {{"JOB_COMPLETION_INDEX", "4"}},
           {{"JOB_COMPLETION_INDEX", "-1"}},
           {{"JOB_COMPLETION_INDEX", ""}},
           {{"SLURM_ARRAY_TASK_ID", "4"}, {"SLURM_ARRAY_TASK_MIN", "5"}},
           {{"SLURM_ARRAY_TASK_ID", "9"}, {"SLURM_ARRAY_TASK_MIN", "5"}},
           {{"VOTEBENCH_SLOT", "4"}},
           {{"VOTEBENCH_SLOT", "kx81node"}}})
    CHECK(index_in(wrong).error().kind == ErrorKind::usage);
}

TEST_CASE("a shard is claimed once, and the second learns by whom") {
  const TemporaryDirectory place;
  std::filesystem::create_directories(place.path() / kShardsDirectory);
  const Claim first{"node-1", "boot", WallTime(5s), ClockOffset{-3ms, 40us}};
  CHECK(claim_shard(place.path(), 2, first).value().ours);
  const Claiming second = claim_shard(place.path(), 2, {"node-2", "boot-2", WallTime(9s)}).value();
  CHECK_FALSE(second.ours);
  REQUIRE(second.before);
  CHECK(second.before->host == "node-1");
  CHECK(second.before->at == WallTime(5s));
  CHECK(second.before->clock->offset == -3ms);
  CHECK(claim_shard(place.path(), 3, first).value().ours);
}

TEST_CASE("a claim that was cut short is one all the same") {
  const TemporaryDirectory place;
  std::filesystem::create_directories(place.path() / kShardsDirectory / "0");
  const Claiming claiming = claim_shard(place.path(), 0, {}).value();
  CHECK_FALSE(claiming.ours);
  CHECK_FALSE(claiming.before);
}

TEST_CASE("of many that claim at once, one has it") {
  const TemporaryDirectory place;
  std::filesystem::create_directories(place.path() / kShardsDirectory);
  for (std::uint32_t index = 0; index < 50; ++index) {
    std::atomic<int> winners = 0;
    {
      std::vector<std::jthread> claimants;
      for (int i = 0; i < 8; ++i)
        claimants.emplace_back([&] {
          if (claim_shard(place.path(), index, {"node", "boot"}).value().ours) ++winners;
        });
    }
    CHECK(winners == 1);
  }
}
