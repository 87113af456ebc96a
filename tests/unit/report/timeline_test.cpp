#include "report/measures/timeline.h"

#include <array>

#include "report/measures/latency.h"
#include "support/catch.h"
#include "world.h"

using namespace votebench;
using namespace votebench::report;
using namespace votebench::report::tests;
using namespace std::chrono_literals;

namespace {

Series series(std::initializer_list<double> values) { return {values.begin(), values.end()}; }

Sample sample(Nanoseconds at, std::uint64_t depth, std::uint64_t rows) {
  Sample seen;
  seen.at = at;
  seen.has_queue = seen.has_rows = true;
  seen.queue_depth = depth;
  seen.pushed = seen.rows_written = rows;
  return seen;
}

}  // namespace

TEST_CASE("a vote counts in the step in which it was sent and in that of its answer") {
  World world;
  world.record.load.length = 40s;
  world.vote(0, 2500ms, 1s);
  world.vote(1, 2900ms, 10ms, Outcome::rejected);
  world.vote(2, 39s, 2s);  // answered after the last step: counts in it
  const Timeline timeline = world.report().timeline;
  REQUIRE(timeline.step == 1s);
  REQUIRE(timeline.steps == 40);
  CHECK(timeline.sent[2] == 2.0);
  CHECK(timeline.sent[39] == 1.0);
  CHECK(timeline.accepted[2] == 0.0);
  CHECK(timeline.accepted[3] == 1.0);
  CHECK(timeline.accepted[39] == 1.0);
  CHECK(timeline.failed[2] == 1.0);
}

TEST_CASE("a short load is twenty steps and more, and nothing has none") {
  World world;
  CHECK(world.report().timeline.empty());
  world.record.load.length = 3s;
  world.vote(0, 600ms, 1ms);
  const Timeline timeline = world.report().timeline;
  CHECK(timeline.step == 100ms);
  CHECK(timeline.steps == 30);
  CHECK(timeline.sent[6] == 10.0);  // one vote in a tenth of a second
  world.record.load.length = 20s;
  CHECK(world.report().timeline.step == 1s);
}

TEST_CASE("the steps of a burst are fine, however long it takes to drain") {
  World world;
  world.record.load.length = 60ms;
  for (VoterIndex voter = 0; voter < 60; ++voter) world.vote(voter, 1ms * voter, 2ms);
  world.record.samples = {sample(0s, 0, 0), sample(1s, 50, 10)};
  Timeline timeline = world.report().timeline;
  CHECK(timeline.step == 2ms);
  CHECK(timeline.steps == 500);
  CHECK(timeline.sent[3] == 1000.0);
  CHECK(timeline.latency_step == 2ms);
  CHECK(timeline.response_p50.size() == 30);  // the load, without the drain
  world.record.samples.push_back(sample(5min, 0, 60));
  timeline = world.report().timeline;
  CHECK(timeline.step == 200ms);
  CHECK(timeline.latency_step == 2ms);
}

TEST_CASE("answers count by their kind, and no answer is one of them") {
  World world;
  world.record.load.length = 40s;
  world.vote(0, 1s, 1ms);
  for (const std::uint16_t status : std::array<std::uint16_t, 3>{503, 500, 503})
    world.attempts.slots[world.vote(1, 2s, 1ms, Outcome::ambiguous)].status = status;
  world.vote(2, 3s, 500ms, Outcome::ambiguous);
  world.attempts.slots[world.vote(3, 4s, 1ms, Outcome::ambiguous)].status = 100;
  const auto answers = world.report().timeline.answers;
  REQUIRE(answers.size() == 3);
  CHECK(answers[0].kind == Answers::Kind::success);
  CHECK(answers[0].per_second[1] == 1.0);
  CHECK(answers[1].kind == Answers::Kind::server_error);
  CHECK(answers[1].statuses == std::set<std::uint16_t>{500, 503});
  CHECK(answers[1].per_second[2] == 3.0);
  CHECK(answers[2].kind == Answers::Kind::none);
  CHECK(answers[2].per_second[3] == 1.0);
  CHECK(answers[2].per_second[4] == 1.0);
}

TEST_CASE("end to end over time: in the step in which a vote was due, of those that have a row") {
  const Timeline timeline = worker_crash().report().timeline;
  REQUIRE(timeline.stored_p50.size() == 120);
  CHECK(*timeline.stored_p50[30] == Approx(0.0157).margin(0.001));
  CHECK(*timeline.stored_p99[61] == Approx(11).margin(0.2));  // written when the worker was back
  CHECK(*timeline.stored_p50[71] == Approx(0.5).margin(0.1));
  World world = still_queued();  // 68 of 300 votes have rows, without times: bounded by samples
  const Timeline bounded = world.report().timeline;
  CHECK(bounded.stored_p99.front().has_value());
  CHECK_FALSE(bounded.stored_p99.back().has_value());
}

TEST_CASE("rates of counters come from the looks around a step, and a long gap is a gap") {
  World world;
  world.record.load.length = 40s;
  for (int s = 0; s <= 40; ++s)
    if (s < 10 || s > 16)
      world.record.samples.push_back(sample(s * 1s + 250ms, 0, s < 10 ? s * 100 : 900));
  const Timeline timeline = world.report().timeline;
  CHECK(timeline.written[5] == 100.0);
  CHECK_FALSE(timeline.written[12].has_value());
  CHECK(timeline.written[20] == 0.0);
}

TEST_CASE("a counter that fell is not known, never negative") {
  World world;
  world.record.load.length = 40s;
  world.record.samples = {sample(0s, 0, 0), sample(1s, 0, 500), sample(2s, 0, 20),
                          sample(3s, 0, 30)};
  const Timeline timeline = world.report().timeline;
  CHECK(timeline.queued[0] == 500.0);
  CHECK_FALSE(timeline.queued[1].has_value());
  CHECK(timeline.queued[2] == 10.0);
  CHECK_FALSE(timeline.queued[30].has_value());
}

TEST_CASE("the last step is no spike") {
  World world;
  world.record.load.length = 40s;
  for (int s = 0; s <= 40; ++s)
    world.record.samples.push_back(sample(s * 1s, 0, static_cast<std::uint64_t>(100 * s)));
  world.record.samples.push_back(sample(40s + 2ms, 0, 4050));  // the last look: 50 rows in 2 ms
  const Timeline timeline = world.report().timeline;
  REQUIRE(timeline.steps == 41);
  CHECK(timeline.written[39] == 100.0);
  CHECK_FALSE(timeline.written[40].has_value());
  world.record.samples.push_back(sample(40s + 800ms, 0, 4080));
  CHECK(*world.report().timeline.written[40] == Approx(100));
}

TEST_CASE("the depth of a step is its greatest, and holds until the next look") {
  World world;
  world.record.load.length = 40s;
  world.record.samples = {sample(100ms, 3, 0), sample(200ms, 70, 0), sample(300ms, 4, 0),
                          sample(4s, 5, 0), sample(20s, 6, 0)};
  const Timeline timeline = world.report().timeline;
  CHECK(timeline.depth[0] == 70.0);
  CHECK(timeline.depth[2] == 4.0);
  CHECK(timeline.depth[4] == 5.0);
  CHECK_FALSE(timeline.depth[12].has_value());
  CHECK(timeline.depth[20] == 6.0);
}

TEST_CASE("a spike and a gap survive the reduction of a series") {
  Series long_series(10'000, 5.0);
  long_series[7777] = 900.0;
  long_series[3333] = 0.0;
  const Reduced reduced = reduce(long_series, 2000);
  CHECK(reduced.values.size() <= 2000);
  CHECK(reduced.per_value == 5.0);
  CHECK(*std::max_element(reduced.values.begin(), reduced.values.end()) == 900.0);
  CHECK(*std::min_element(reduced.values.begin(), reduced.values.end()) == 0.0);
  CHECK(reduced.values[7777 / 10 * 2 + 1] == 900.0);  // after the calm of its bucket
}

TEST_CASE("what is short enough stays as it is, and extremes keep their order") {
  CHECK(reduce(series({1, 2, 3}), 4).values == series({1, 2, 3}));
  CHECK(reduce(series({9, 1, 1, 1, 8, 8, 1, 9}), 4).values == series({9, 1, 1, 9}));
  Series unseen(8);
  CHECK(reduce(unseen, 4).values == Series(4));
}

TEST_CASE("eight hours make at most so many latency steps, and the slowest vote is in one") {
  World world;
  world.record.load.length = 8h;
  world.vote(0, 4h + 1s, 3s);
  world.vote(1, 1h, 2ms);
  const Timeline timeline = world.report().timeline;
  CHECK(timeline.response_max.size() <= kMaxLatencySteps);
  CHECK(timeline.latency_step == 2min);
  CHECK(timeline.response_max[120].value() >= 3.0);
  CHECK_FALSE(timeline.response_p50[5].has_value());
}

TEST_CASE("a run of any length takes a bounded number of steps") {
  World world;
  world.record.load.length = 200'000h;
  world.vote(0, 1h, 1ms);
  const Timeline timeline = world.report().timeline;
  CHECK(timeline.steps <= 100'000);
  CHECK(timeline.response_max.size() <= kMaxLatencySteps);
}

TEST_CASE("a percentile curve ends with the slowest vote, or where percentiles are unknown") {
  Latency latency;
  latency.kind = LatencyKind::exact;
  CHECK(percentile_curve(latency).empty());
  for (int i = 1; i <= 1000; ++i) latency.finished.record(1us * i);
  const auto curve = percentile_curve(latency);
  CHECK(curve.front().share == 0);
  CHECK(curve.back().share == Approx(0.999));
  CHECK(curve.back().value == 1ms);
  latency.unfinished.record(5s, 100);
  CHECK(percentile_curve(latency).back().share < 0.92);
}

TEST_CASE("the attempts that findings name are kept for their trail") {
  World world = worker_crash();
  const Report report = world.report();
  REQUIRE(report.witnesses.size() == 37);
  const Finding& finding = report.audit.findings.front();
  CHECK(report.witnesses.at(*finding.attempt).voter == finding.voter);
}
