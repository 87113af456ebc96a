#include <algorithm>

#include "support/catch.h"
#include "unit/plan/builders.h"

using namespace votebench;
using namespace votebench::plan::test;
using namespace std::chrono_literals;
using scenario::Burst;
using scenario::ConstantArrivalRate;
using scenario::ConstantClients;
using scenario::RampingArrivalRate;

TEST_CASE("a constant rate plans rate x duration, rounded, and delivers exactly that") {
  CHECK(votes_of(scenario_of(ConstantArrivalRate{1000.0 / 30, 30s})).size() == 1000);
  CHECK(votes_of(scenario_of(ConstantArrivalRate{0.5, 3s})).size() == 2);
  CHECK(votes_of(scenario_of(ConstantArrivalRate{3.3, 1s})).size() == 3);
  for (const std::uint64_t prime : {2, 3, 7, 101, 997, 7919, 99991}) {
    for (const Nanoseconds duration : {Nanoseconds(1s), Nanoseconds(7s), Nanoseconds(30s),
                                       Nanoseconds(1234567891ns), Nanoseconds(3600s)}) {
      const ConstantArrivalRate executor{static_cast<double>(prime) / seconds(duration), duration};
      for (const bool poisson : {false, true}) {
        scenario::Scenario scenario = scenario_of(executor);
        scenario.workloads[0].poisson = poisson;
        CAPTURE(prime, duration.count(), poisson);
        CHECK(plan_of(scenario).planned() == prime);
        CHECK(votes_of(scenario).size() == prime);
      }
    }
  }
}

TEST_CASE("remainders are carried over the stages of a ramp") {
  // Each stage alone holds a third of a vote.
  RampingArrivalRate thirds{1, {}};
  for (int i = 0; i < 30; ++i) thirds.stages.push_back({1, Nanoseconds(1s) / 3});
  CHECK(votes_of(scenario_of(thirds)).size() == 10);

  // 200 x 20 + 400 x 70 votes, with the remainder of 997 odd pieces in between.
  RampingArrivalRate peak{0, {{400, 20s}}};
  for (int i = 0; i < 997; ++i) peak.stages.push_back({400, Nanoseconds(70s) / 997});
  CHECK(votes_of(scenario_of(peak)).size() == 32000);
}

TEST_CASE("a burst plans what it says") {
  CHECK(votes_of(scenario_of(Burst{2000, 5s, 0})).size() == 2000);
  CHECK(votes_of(scenario_of(Burst{7919, 13s, 0})).size() == 7919);
  CHECK(votes_of(scenario_of(Burst{1000, std::nullopt, 40})).size() == 1000);
}

TEST_CASE("clients plan their total, or reserve numbers until their time is over") {
  CHECK(votes_of(scenario_of(ConstantClients{20, std::nullopt, 501, {}, false})).size() == 501);

  const plan::RunPlan open_ended = plan_of(scenario_of(ConstantClients{20, 60s, {}, {}, false}));
  CHECK(open_ended.planned() == 0);
  CHECK_FALSE(open_ended.workloads()[0].total().has_value());
  CHECK(open_ended.workloads()[0].reserved() == plan::kOpenEndedNumbers);
  CHECK(open_ended.last_due() == Nanoseconds(60s));
}

TEST_CASE("every workload owns a range of numbers, and its voters are those numbers") {
  const scenario::Scenario scenario =
      scenario_of({workload(ConstantArrivalRate{100, 3s}),
                   workload(ConstantClients{9, 5s, {}, {}, false}), workload(Burst{50, 1s, 0})});
  const plan::RunPlan plan = plan_of(scenario);
  REQUIRE(plan.workloads().size() == 3);
  CHECK(plan.workloads()[0].first() == 0);
  CHECK(plan.workloads()[1].first() == 300);
  CHECK(plan.workloads()[2].first() == 300 + plan::kOpenEndedNumbers);
  CHECK(plan.end() == 350 + plan::kOpenEndedNumbers);
  CHECK(plan.planned() == 350);
  for (const plan::WorkloadPlan& workload : plan.workloads()) {
    std::uint64_t n = 0;
    for (const PlannedVote& vote : take(workload.votes(), 100)) {
      CHECK(vote.number == workload.first() + n);
      CHECK(vote.voter == workload.first() + n);
      CHECK(vote.kth == 0);
      ++n;
    }
  }
}

TEST_CASE("a run that cannot tell its voters apart is refused") {
  std::vector<scenario::Workload> many;
  for (int i = 0; i < 31; ++i) many.push_back(workload(ConstantClients{1, 1s, {}, {}, false}));
  CHECK(plan::RunPlan::make(scenario_of(many)).has_value());
  many.push_back(workload(ConstantClients{1, 1s, {}, {}, false}, "one too many"));
  const auto refused = plan::RunPlan::make(scenario_of(many));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == ErrorKind::usage);
  CHECK(refused.error().message.find("'one too many'") != std::string::npos);

  const auto huge = plan::RunPlan::make(scenario_of(ConstantArrivalRate{1e6, 5000s}));
  REQUIRE_FALSE(huge.has_value());
  CHECK(huge.error().message == "workload 'load' plans 5e+09 votes; a run can hold 4,294,901,760");
  CHECK(plan::RunPlan::make(scenario_of(Burst{kFirstProbeIndex, 9999s, 0})).has_value());
  CHECK_FALSE(plan::RunPlan::make(scenario_of(Burst{kFirstProbeIndex + 1ULL, 9999s, 0})));
}

TEST_CASE("a workload without votes is refused") {
  const auto refused = plan::RunPlan::make(scenario_of(ConstantArrivalRate{0.1, 2s}));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "workload 'load' plans no vote");
}
