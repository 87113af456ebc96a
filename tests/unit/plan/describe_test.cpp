#include "support/catch.h"
#include "unit/plan/builders.h"

using namespace votebench;
using namespace votebench::plan::test;
using namespace std::chrono_literals;

namespace {

std::string summary_of(scenario::Executor executor) {
  return plan_of(scenario_of(std::move(executor))).workloads()[0].summary();
}

}  // namespace

TEST_CASE("a workload is summed up in a line") {
  CHECK(summary_of(scenario::ConstantArrivalRate{50, 20s}) == "load: 50/s for 20 s; 1,000 votes");
  CHECK(summary_of(scenario::RampingArrivalRate{0, {{400, 20s}, {400, 70s}}}) ==
        "load: ramp 0 -> 400/s over 20 s, hold 400/s for 1m10s; 32,000 votes");
  CHECK(summary_of(scenario::Burst{2000, 5s, 0}) == "load: 2,000 votes within 5 s");
  CHECK(summary_of(scenario::Burst{1000, std::nullopt, 40}) == "load: 1,000 votes by 40 clients");
  CHECK(summary_of(scenario::ConstantClients{1, std::nullopt, 1, {}, false}) ==
        "load: 1 vote by 1 client");
  CHECK(summary_of(scenario::ConstantClients{20, 60s, {}, 800ms, true}) ==
        "load: 20 clients for 1m00s, thinking 800 ms on average");

  scenario::Scenario scenario = scenario_of(scenario::ConstantArrivalRate{1000.0 / 30, 30s});
  scenario.workloads[0].poisson = true;
  scenario.workloads[0].start_at = 10s;
  CHECK(plan_of(scenario).workloads()[0].summary() ==
        "load: 33.33/s for 30 s; 1,000 votes, poisson, from 10 s on");
}

TEST_CASE("what goes on at a time is said in words") {
  scenario::Scenario scenario =
      scenario_of({workload(scenario::RampingArrivalRate{0, {{400, 20s}, {400, 70s}}}),
                   workload(scenario::ConstantClients{20, 60s, {}, {}, false}),
                   workload(scenario::Burst{40, std::nullopt, 4})});
  scenario.workloads[1].start_at = 10s;
  const plan::RunPlan plan = plan_of(scenario);
  CHECK(plan.workloads()[0].stage_at(19s) == "ramp 0 -> 400/s");
  CHECK(plan.workloads()[0].stage_at(20s) == "hold 400/s");
  CHECK(plan.workloads()[0].stage_at(90s).empty());
  CHECK(plan.workloads()[1].stage_at(9s).empty());
  CHECK(plan.workloads()[1].stage_at(10s) == "20 clients");
  CHECK(plan.workloads()[1].stage_at(70s).empty());
  CHECK(plan.workloads()[2].stage_at(70s) == "4 clients");
}
