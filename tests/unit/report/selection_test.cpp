// Thresholds on a part of the run, and those that end it.
#include "report/measures/thresholds.h"
#include "support/catch.h"
#include "world.h"

using namespace votebench;
using namespace votebench::report;
using namespace votebench::report::tests;
using namespace std::chrono_literals;

namespace {

scenario::Threshold parsed(const std::string& text) {
  return scenario::parse_threshold(text).value();
}

// Five seconds of workload 0, every vote answered after 1 ms, and of workload 1, whose votes are
// refused from 3 s on and take 100 ms before.
World two_workloads() {
  World world = quick_pass();
  world.scenario.workloads = {world.scenario.workloads[0], world.scenario.workloads[0]};
  world.scenario.workloads[0].name = "fast";
  world.scenario.workloads[1].name = "slow";
  world.attempts.slots.clear();
  world.record.evidence.rows.rows.own.clear();
  for (VoterIndex voter = 0; voter < 1000; ++voter) {
    const Nanoseconds start = 5ms * voter;
    const bool refused = start >= 3s;
    world.vote(2 * voter, start, 1ms);
    world.row(2 * voter, start + 2ms);
    world.vote(2 * voter + 1, start, 100ms, refused ? Outcome::rejected : Outcome::acked);
    world.attempts.slots.back().workload = 1;
    if (!refused) world.row(2 * voter + 1, start + 1s);
  }
  for (Attempt& attempt : world.attempts.slots) attempt.lag_100ns = 0;
  world.verdict.accounting = {2000, 1600, 400, 0, 0, 0};
  return world;
}

ThresholdResult result_of(const World& base, const std::string& text) {
  World world = base;
  world.scenario.thresholds = {parsed(text)};
  return world.report().thresholds.at(0);
}

double value_of(const World& world, const std::string& text) {
  const ThresholdResult result = result_of(world, text);
  INFO(text << ": " << result.why);
  REQUIRE(result.value);
  return *result.value;
}

}  // namespace

TEST_CASE("a workload's votes are measured alone") {
  World world = two_workloads();
  CHECK(value_of(world, "http.service.p50{workload=fast} < 1s") == Approx(0.001).epsilon(0.01));
  CHECK(value_of(world, "http.service.p50{workload=slow} < 1s") == Approx(0.1).epsilon(0.01));
  CHECK(value_of(world, "http.error_rate{workload=fast} < 1%") == 0);
  CHECK(value_of(world, "http.error_rate{workload=slow} < 1%") == Approx(0.4));
  CHECK(value_of(world, "http.error_rate < 1%") == Approx(0.2));
  CHECK(value_of(world, "sent.rate{workload=slow} > 1/s") == Approx(200));
  CHECK(value_of(world, "accepted.rate{workload=slow} > 1/s") == Approx(120).epsilon(0.05));
  CHECK(value_of(world, "end_to_end.p50{workload=fast} < 1s") == Approx(0.002).epsilon(0.01));
  CHECK(value_of(world, "end_to_end.p50{workload=slow} < 1s") == Approx(1).epsilon(0.01));
}

TEST_CASE("a part of the time is measured alone, its beginning in it and its end not") {
  World world = two_workloads();
  CHECK(value_of(world, "http.error_rate{to=3s} < 1%") == 0);
  CHECK(value_of(world, "http.error_rate{from=3s} < 1%") == 0.5);
  CHECK(value_of(world, "http.error_rate{from=2s,to=4s,workload=slow} < 1%") == 0.5);
  CHECK(value_of(world, "sent.rate{from=1s,to=3s} > 1/s") == Approx(400));
  CHECK(value_of(world, "sent.rate.max{from=1s,to=3s} > 1/s") == 400);
  CHECK(value_of(world, "accepted.rate{from=4s} > 1/s") == Approx(200).epsilon(0.01));
  CHECK(value_of(world, "queue.depth.max{from=1s,to=3s} < 9") == 4);
  CHECK(value_of(world, "written.rate{from=1s,to=3s} > 1/s") == Approx(400));
}

TEST_CASE("without 'from' the warm-up counts for errors and not for times, as in the whole run") {
  World world = two_workloads();
  world.scenario.warm_up = 4s;
  CHECK(value_of(world, "http.error_rate{workload=slow} < 1%") == Approx(0.4));
  const ThresholdResult refused = result_of(world, "http.service.p50{workload=slow} < 1s");
  CHECK(refused.at_least);
  CHECK(value_of(world, "http.service.p50{workload=slow,from=0s} < 1s") ==
        Approx(0.1).epsilon(0.01));
}

TEST_CASE("a part without data decides nothing") {
  World world = two_workloads();
  for (const char* text :
       {"http.service.p99{from=60s} < 1s", "http.error_rate{from=60s} < 1%",
        "sent.rate{from=60s} < 1/s", "queue.depth.max{from=60s} < 9", "lag.max{from=60s} < 1s",
        "end_to_end.p99{from=60s} < 1s", "written.rate.max{from=1s,to=2s} > 1/s"}) {
    const ThresholdResult result = result_of(world, text);
    INFO(text);
    CHECK_FALSE(result.passed);
    CHECK_FALSE(result.why.empty());
  }
}

TEST_CASE("votes that never started may be of any part, and pass for none") {
  World world = two_workloads();
  world.planned.never_started_waits.record(1s, 3000);
  world.record.load.exhausted_share = 1;  // the target's
  const ThresholdResult result = result_of(world, "http.response.p50{workload=fast} < 1s");
  CHECK_FALSE(result.passed);
  CHECK(result.at_least);
}

TEST_CASE("a missed warning fails nothing, nor does one without data") {
  World world = two_workloads();
  world.scenario.thresholds = {parsed("http.error_rate < 1%"), parsed("lag.max{from=60s} < 1s")};
  CHECK(world.report().exit == ExitCode::inconclusive);
  for (scenario::Threshold& threshold : world.scenario.thresholds) threshold.warn = true;
  const Report report = world.report();
  CHECK(report.exit == ExitCode::passed);
  CHECK(report.thresholds[0].passed == false);
  CHECK(report.reasons.front() == "warning: threshold missed: http.error_rate < 1%, measured 20 %");
}

TEST_CASE("the threshold that ended the load is missed, whatever came afterwards") {
  World world = two_workloads();
  world.scenario.thresholds = {parsed("queue.depth.max < 200"), parsed("queue.depth.max < 300")};
  for (scenario::Threshold& threshold : world.scenario.thresholds) threshold.abort = true;
  world.record.load.stopped = StopCause::threshold;
  world.record.events = {
      {2s, std::string(kAbortEvent), "queue.depth.max < 200: it was 231 after 2 s"}};
  const Report report = world.report();
  CHECK(report.thresholds[0].passed == false);
  CHECK(report.thresholds[0].why == "ended the load: it was 231 after 2 s");
  CHECK(report.thresholds[1].passed == true);
  CHECK(report.exit == ExitCode::threshold_failed);
  CHECK(
      report.headline ==
      "a threshold ended the load: queue.depth.max < 200, it was 231 after 2 s; the audit passed");
}

TEST_CASE("a running load is ended by what is missed, on enough votes and on its own part") {
  scenario::Scenario scenario;
  scenario.workloads.resize(2);
  scenario.workloads[1].name = "slow";
  scenario::Threshold threshold = parsed("http.error_rate{workload=slow} < 10%");
  scenario.thresholds = {threshold};
  CHECK(LiveThresholds(scenario).empty());
  scenario.thresholds[0].abort = true;
  LiveThresholds live(scenario);
  REQUIRE_FALSE(live.empty());
  Attempt attempt;
  attempt.state = AttemptState::concluded;
  attempt.outcome = Outcome::rejected;
  for (int i = 0; i < 200; ++i) live.add(attempt);  // of the other workload
  CHECK_FALSE(live.missed(1s));
  attempt.workload = 1;
  for (int i = 0; i < 99; ++i) live.add(attempt);
  CHECK_FALSE(live.missed(1s));
  live.add(attempt);
  CHECK(live.missed(3200ms) == "http.error_rate{workload=slow} < 10%: it was 100 % after 3.2 s");
  attempt.outcome = Outcome::acked;
  for (int i = 0; i < 1000; ++i) live.add(attempt);
  CHECK_FALSE(live.missed(1s));
}

TEST_CASE("a running load is ended by slow answers and by a long queue") {
  scenario::Scenario scenario;
  scenario.workloads.resize(1);
  scenario.warm_up = 2s;
  scenario.thresholds = {parsed("http.response.p90 < 50ms"),
                         parsed("queue.depth.max{from=1s} < 200")};
  for (scenario::Threshold& threshold : scenario.thresholds) threshold.abort = true;
  LiveThresholds live(scenario);
  Attempt attempt;
  attempt.state = AttemptState::concluded;
  attempt.outcome = Outcome::acked;
  attempt.done_100ns = 1'000'000;                   // 100 ms
  for (int i = 0; i < 200; ++i) live.add(attempt);  // in the warm-up
  Sample sample;
  sample.has_queue = true;
  sample.queue_depth = 500;
  live.add(sample);  // before 1 s
  CHECK_FALSE(live.missed(1s));
  sample.at = 1s;
  sample.queue_depth = 200;
  live.add(sample);
  CHECK(live.missed(1s) == "queue.depth.max{from=1s} < 200: it was 200 after 1 s");
  attempt.started_ns = 2'000'000'000;
  for (int i = 0; i < 200; ++i) live.add(attempt);
  CHECK(live.missed(2s)->starts_with("http.response.p90 < 50ms: it was 100 ms"));
}
