// Several processes send the plan of one: every vote once, as it was planned.
#include <map>

#include "load/load.h"
#include "load/workload_share.h"
#include "simulated_world.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::load;
using namespace votebench::load::test;
using namespace std::chrono_literals;

namespace {

Target answers_in(Nanoseconds latency) {
  return [latency](const adapters::VoteRequest&) { return Behaviour{latency, Outcome::acked}; };
}

scenario::Scenario with_revotes(scenario::Workload workload, double ratio) {
  scenario::Scenario scenario = scenario_of({std::move(workload)});
  scenario.voters.revote.ratio = ratio;
  scenario.voters.revote.gap_min = 100ms;
  scenario.voters.revote.gap_max = 2s;
  return scenario;
}

// Open and closed models, with re-votes and without; votes whose number is known beforehand.
std::vector<scenario::Scenario> scenarios() {
  using scenario::Burst, scenario::ConstantArrivalRate, scenario::ConstantClients;
  const scenario::Workload open = workload(ConstantArrivalRate{83.3, 5s});
  const scenario::Workload burst = workload(Burst{400, 3s});
  const scenario::Workload closed =
      workload(ConstantClients{.clients = 34, .duration = {}, .votes = 300, .think_time = 20ms});
  scenario::Scenario two = scenario_of({open, closed});
  two.workloads[1].name = "w2";
  return {scenario_of({open}),     scenario_of({burst}),     scenario_of({closed}), two,
          with_revotes(open, 0.4), with_revotes(closed, 0.3)};
}

// What both must have in common: who votes, for what; in open models when.
struct Sent {
  VoterIndex voter;
  ChoiceIndex choice;
  Nanoseconds due;
  bool operator==(const Sent&) const = default;
};

void add(const World& world, std::map<AttemptNumber, Sent>& all) {
  for (const auto& [number, record] : world.sink.records) {
    const bool open = world.plan.workloads()[record.intent.workload].open();
    const Nanoseconds due = open ? record.intent.started - record.intent.lag : Nanoseconds(0);
    const bool first =
        all.emplace(number, Sent{record.intent.voter, record.intent.choice, due}).second;
    CHECK(first);  // nothing is sent twice
  }
}

}  // namespace

TEST_CASE("the shares of all shards are the plan: nothing twice, nothing left out") {
  for (const scenario::Scenario& scenario : scenarios()) {
    World alone(scenario, answers_in(2ms));
    alone.run();
    std::map<AttemptNumber, Sent> whole;
    add(alone, whole);
    REQUIRE(whole.size() == alone.plan.planned());
    for (std::uint32_t count = 1; count <= 17; ++count) {
      std::map<AttemptNumber, Sent> together;
      for (std::uint32_t index = 0; index < count; ++index) {
        World shard(scenario, answers_in(2ms));
        shard.shard = {index, count};
        CHECK(shard.run().end == LoadEnd::completed);
        for (const auto& [number, record] : shard.sink.records)
          CHECK(record.intent.voter % count == index);
        add(shard, together);
      }
      CHECK(together == whole);
    }
  }
}

TEST_CASE("the slots of a workload are split over shards and threads, none is lost") {
  for (const std::uint32_t shards : {1U, 2U, 3U, 7U, 13U, 31U})
    for (const std::uint32_t threads : {1U, 2U, 5U}) {
      std::uint32_t sum = 0;
      for (std::uint32_t index = 0; index < shards * threads; ++index)
        sum += share_of(1000, {index, shards * threads});
      CHECK(sum == 1000);
    }
}

TEST_CASE("a shard has no more threads than slots of its own") {
  const auto plan =
      plan::RunPlan::make(scenario_of({workload(scenario::Burst{100, 1s}, 12)})).value();
  CHECK(sender_threads(plan, 8) == 8);
  CHECK(sender_threads(plan, 8, {0, 3}) == 4);
  CHECK(sender_threads(plan, 8, {2, 12}) == 1);
}
