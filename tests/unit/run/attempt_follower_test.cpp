// Each attempt is seen once, however the workloads' numbers lie beside each other.
#include "run/attempt_follower.h"

#include "support/catch.h"
#include "unit/ledger/fixtures.h"
#include "unit/plan/builders.h"

using namespace votebench;
using namespace std::chrono_literals;

namespace {

using When = run::AttemptFollower::When;

// Two workloads of three votes each, side by side in the ledger.
struct World {
  ledger::test::TemporaryDirectory reports;
  scenario::Scenario scenario =
      plan::test::scenario_of({plan::test::workload(scenario::Burst{3, std::nullopt, 1}, "one"),
                               plan::test::workload(scenario::Burst{3, std::nullopt, 1}, "two")});
  plan::RunPlan plan = plan::test::plan_of(scenario);
  std::unique_ptr<ledger::AttemptStore> attempts = *ledger::AttemptStore::create(
      reports.path() / "attempts", {{"one", 0, 3, 3}, {"two", 3, 3, 3}}, {});

  void intend(AttemptNumber number) {
    REQUIRE(attempts->intend(number, {.voter = static_cast<VoterIndex>(number),
                                      .workload = static_cast<WorkloadIndex>(number / 3)}));
  }
  void conclude(AttemptNumber number) {
    intend(number);
    attempts->conclude(number, {Outcome::acked, 0, 200, 1ms, 2ms});
  }
};

std::vector<VoterIndex> seen(run::AttemptFollower& follower, std::uint64_t most = 100) {
  std::vector<VoterIndex> voters;
  follower.follow(most, [&](const Attempt& attempt) { voters.push_back(attempt.voter); });
  return voters;
}

}  // namespace

TEST_CASE("the votes of the next workload are not seen twice") {
  World world;
  run::AttemptFollower follower(*world.attempts, world.plan, When::concluded);
  for (AttemptNumber number = 0; number < 6; ++number) world.conclude(number);
  CHECK(seen(follower) == std::vector<VoterIndex>{0, 1, 2, 3, 4, 5});
  CHECK(seen(follower).empty());
}

TEST_CASE("a vote without an answer holds up those behind it, in its workload only") {
  World world;
  run::AttemptFollower concluded(*world.attempts, world.plan, When::concluded);
  run::AttemptFollower begun(*world.attempts, world.plan, When::begun);
  world.conclude(0);
  world.intend(1);
  world.conclude(2);
  world.conclude(3);
  CHECK(seen(concluded) == std::vector<VoterIndex>{0, 3});
  CHECK(seen(begun) == std::vector<VoterIndex>{0, 1, 2, 3});
}

TEST_CASE("no more than so many are read at once") {
  World world;
  run::AttemptFollower follower(*world.attempts, world.plan, When::concluded);
  for (AttemptNumber number = 0; number < 6; ++number) world.conclude(number);
  CHECK(seen(follower, 2) == std::vector<VoterIndex>{0, 1, 3, 4});
  CHECK(seen(follower, 2) == std::vector<VoterIndex>{2, 5});
}
