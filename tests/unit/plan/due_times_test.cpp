#include <cmath>

#include "support/catch.h"
#include "unit/plan/builders.h"

using namespace votebench;
using namespace votebench::plan::test;
using namespace std::chrono_literals;
using scenario::Burst;
using scenario::ConstantArrivalRate;
using scenario::ConstantClients;
using scenario::RampingArrivalRate;

namespace {

// The area under a ramp up to `time`, by summing thin trapezoids: no formula is shared with the
// code under test.
double integrated(const RampingArrivalRate& ramp, Nanoseconds time) {
  constexpr int kSlices = 1000;
  double area = 0;
  double from = ramp.start_per_s;
  for (const scenario::RampStage& stage : ramp.stages) {
    const double length = seconds(stage.over);
    const double width = std::min(seconds(time), length) / kSlices;
    const auto rate = [&](double x) { return from + (stage.to_per_s - from) * x / length; };
    for (int i = 0; i < kSlices && length > 0; ++i)
      area += width * (rate(width * i) + rate(width * (i + 1))) / 2;
    if (time <= stage.over) return area;
    time -= stage.over;
    from = stage.to_per_s;
  }
  return area;
}

}  // namespace

TEST_CASE("vote i of a constant rate is due at i / rate") {
  for (const double rate : {1.0, 7.0, 400.0, 1000.0 / 30, 4999.3}) {
    const auto votes = votes_of(scenario_of(ConstantArrivalRate{rate, 10s}));
    for (std::size_t i = 0; i < votes.size(); ++i) {
      const long double due_ns = static_cast<long double>(i) / rate * 1e9L;
      REQUIRE(std::abs(static_cast<long double>(votes[i].due.count()) - due_ns) <= 1);
    }
  }
}

TEST_CASE("vote i of a burst is due at i x within / votes") {
  constexpr std::uint64_t kVotes = 2003;
  constexpr Nanoseconds kWithin = 5s;
  const auto votes = votes_of(scenario_of(Burst{kVotes, kWithin, 0}));
  for (std::size_t i = 0; i < votes.size(); ++i) {
    const auto exact = static_cast<std::int64_t>(i) * kWithin.count();  // / kVotes
    REQUIRE(std::abs(votes[i].due.count() - exact / std::int64_t{kVotes}) <= 1);
  }
  CHECK(votes.front().due == 0ns);
  CHECK(votes.back().due < kWithin);
}

TEST_CASE("vote n of a ramp is due at the closed form") {
  // load: x = (from d - sqrt(d (from^2 d + 2 m (to - from)))) / (from - to), with done = 0.
  const auto closed_form = [](long double from, long double to, long double d, std::size_t n) {
    return (from * d -
            std::sqrt(d * (from * from * d + 2 * static_cast<long double>(n) * (to - from)))) /
           (from - to);
  };
  for (const auto& [from, to] : {std::pair{0.0, 400.0}, {400.0, 0.0}, {10.0, 13.0}, {77.7, 3.1}}) {
    const auto votes = votes_of(scenario_of(RampingArrivalRate{from, {{to, 20s}}}));
    CHECK(votes.size() == static_cast<std::size_t>(std::llround((from + to) / 2 * 20)));
    for (std::size_t n = 0; n < votes.size(); ++n) {
      const long double due_ns = closed_form(from, to, 20, n) * 1e9L;
      REQUIRE(std::abs(static_cast<long double>(votes[n].due.count()) - due_ns) <= 1);
    }
  }
}

TEST_CASE("over many stages the integrated rate at vote n is n") {
  const RampingArrivalRate ramp{3.3,
                                {{41, 1700ms},
                                 {41, 900ms},
                                 {0, 333333333ns},
                                 {0, 2s},
                                 {17, 0s},
                                 {17, 1s},
                                 {90, 1234567ns},
                                 {5, 3s}}};
  const auto votes = votes_of(scenario_of(ramp));
  CHECK(votes.size() == static_cast<std::size_t>(std::llround(integrated(ramp, 10s))));
  for (std::size_t n = 0; n < votes.size(); ++n)
    REQUIRE(integrated(ramp, votes[n].due) == Approx(static_cast<double>(n)).margin(1e-6));
}

TEST_CASE("a pause at rate zero holds no vote, the next one is due after it") {
  const RampingArrivalRate ramp{10, {{10, 1s}, {0, 0s}, {0, 5s}, {10, 0s}, {10, 1s}}};
  const auto votes = votes_of(scenario_of(ramp));
  REQUIRE(votes.size() == 20);
  CHECK(votes[9].due == 900ms);
  CHECK(votes[10].due == 6s);
}

TEST_CASE("start_at moves every vote, and nothing is due after last_due") {
  scenario::Scenario scenario = scenario_of(RampingArrivalRate{0, {{100, 2s}}});
  const auto early = votes_of(scenario);
  for (const bool poisson : {false, true}) {
    scenario.workloads[0].poisson = poisson;
    scenario.workloads[0].start_at = 10s;
    const auto late = votes_of(scenario);
    CHECK(plan_of(scenario).last_due() == Nanoseconds(12s));
    CHECK(late.back().due <= 12s);
    CHECK(late.front().due >= 10s);
    for (std::size_t i = 0; i < late.size() && !poisson; ++i)
      REQUIRE(late[i].due == early[i].due + 10s);
  }
}

TEST_CASE("clients have no due times but the start of their workload") {
  scenario::Scenario scenario = scenario_of(ConstantClients{4, std::nullopt, 100, {}, false});
  scenario.workloads[0].start_at = 3s;
  for (const PlannedVote& vote : votes_of(scenario)) REQUIRE(vote.due == 3s);
  CHECK_FALSE(plan_of(scenario).last_due().has_value());
}

TEST_CASE("a burst within no time is due at once") {
  for (const PlannedVote& vote : votes_of(scenario_of(Burst{10, 0s, 0}))) REQUIRE(vote.due == 0s);
}

TEST_CASE("the planned rate follows the stages") {
  const plan::RunPlan plan = plan_of(scenario_of(
      {workload(RampingArrivalRate{0, {{400, 20s}, {400, 70s}}}),
       workload(ConstantArrivalRate{10, 5s}), workload(ConstantClients{3, 9s, {}, {}, false})}));
  CHECK(plan.rate_at(0s) == Approx(10));
  CHECK(plan.rate_at(4s) == Approx(90));
  CHECK(plan.rate_at(5s) == Approx(100));
  CHECK(plan.rate_at(30s) == Approx(400));
  CHECK(plan.rate_at(90s) == 0);
  CHECK(plan.rate_at(-1s) == 0);
}

TEST_CASE("the highest planned rate is found, however short it lasts") {
  const auto peak = [](std::vector<scenario::Workload> workloads) {
    return plan_of(scenario_of(std::move(workloads))).peak_rate();
  };
  CHECK(peak({workload(RampingArrivalRate{1, {{1, 1h}, {900, 1s}, {0, 1s}, {1, 1h}}})}) ==
        Approx(900));
  // It falls at once from 500/s, where the next stage begins.
  CHECK(peak({workload(RampingArrivalRate{0, {{500, 10s}, {5, 0s}, {5, 1h}}})}) == Approx(500));
  scenario::Workload late = workload(ConstantArrivalRate{70, 1s}, "late");
  late.start_at = 30min;
  CHECK(peak({workload(ConstantArrivalRate{10, 1h}), late}) == Approx(80));
  CHECK(peak({workload(ConstantClients{3, 9s, {}, {}, false})}) == 0);
}
