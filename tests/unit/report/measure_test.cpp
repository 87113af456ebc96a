// Latencies and rates, from attempts, samples and rows.
#include "report/measures/measured.h"
#include "support/catch.h"
#include "world.h"

using namespace votebench;
using namespace votebench::report;
using namespace votebench::report::tests;
using namespace std::chrono_literals;

namespace {

constexpr Nanoseconds kLag = 200us;  // of World::vote(): it was due earlier

World open_world(Nanoseconds load) {
  World world;
  world.record.load.length = load;
  scenario::Workload workload;
  workload.executor = scenario::ConstantArrivalRate{100, load};
  world.scenario.workloads = {workload};
  world.record.evidence.queue.configured = world.record.evidence.rows.configured =
      world.record.evidence.rows.readable = true;
  return world;
}

void sample_rows(World& world, Nanoseconds at, std::uint64_t written) {
  Sample sample;
  sample.at = at;
  sample.has_rows = true;
  sample.rows_written = written;
  world.record.samples.push_back(sample);
}

// Within the histogram's resolution.
bool near(std::optional<Percentile> value, Nanoseconds wanted) {
  return value && value->value >= wanted && value->value - wanted <= std::chrono::abs(wanted) / 128;
}

}  // namespace

TEST_CASE("response time begins when a vote was due, service time when it left") {
  World world = open_world(1s);
  world.vote(0, 100ms, 20ms);
  world.attempts.slots[0].lag_100ns = 50'000;  // 5 ms
  const Report report = world.report();
  CHECK(near(report.measured.response.percentile(0.5), 25ms));
  CHECK(near(report.measured.service.percentile(0.5), 20ms));
  CHECK(report.measured.lag.max() == 5ms);
  CHECK(report.measured.response.kind == LatencyKind::exact);
}

TEST_CASE("a vote that was not accepted counts as slower than every accepted one") {
  World world = open_world(1s);
  for (VoterIndex voter = 0; voter < 98; ++voter) world.vote(voter, 1ms * voter, 10ms);
  world.vote(98, 100ms, 1ms, Outcome::rejected);  // failing fast is not being fast
  world.vote(99, 100ms, 1ms, Outcome::ambiguous);
  const Report report = world.report();
  CHECK(report.measured.response.count() == 100);
  CHECK_FALSE(report.measured.service.percentile(0.98)->at_least);
  CHECK(near(report.measured.service.percentile(0.98), 10ms));
  CHECK(report.measured.service.percentile(0.99)->at_least);
  CHECK(near(report.measured.service.percentile(0.99), 10ms));
}

TEST_CASE("votes without an end are waited for until the load ended") {
  World world = open_world(2s);
  world.vote(0, 500ms, 1ms);
  world.attempts.slots[0].state = AttemptState::intended;
  world.attempts.slots[0].outcome = Outcome::none;
  world.planned.never_started_waits.record(700ms);
  const Report report = world.report();
  CHECK(report.measured.response.count() == 2);
  CHECK(report.measured.response.unfinished.max() == 1500ms + 200us);
  CHECK(report.measured.response.unfinished.min() == 700ms);
  CHECK(report.measured.service.count() == 1);
  CHECK(report.measured.response.percentile(0.5)->at_least);
}

TEST_CASE("the warm-up is left out of percentiles and rates, not out of counts") {
  World world = open_world(3s);
  world.scenario.warm_up = 1s;
  for (int i = 0; i < 300; ++i)
    world.vote(static_cast<VoterIndex>(i), 10ms * i + 200us, i < 100 ? 500ms : 1ms);
  const Report report = world.report();
  CHECK(report.measured.sent.votes == 300);
  CHECK(report.measured.sent.mean_per_s == 100.0);
  CHECK(report.measured.sent.peak_per_s == 100.0);
  CHECK(report.measured.response.count() == 200);
  CHECK(report.measured.service.percentile(1)->value == 1ms);
  CHECK(report.measured.lag.count() == 200);
}

TEST_CASE("closed workloads have no lag") {
  World world = open_world(1s);
  scenario::Workload closed;
  closed.executor = scenario::ConstantClients{};
  world.scenario.workloads.push_back(closed);
  world.vote(0, 0ms, 1ms);
  world.vote(1, 0ms, 1ms);
  world.attempts.slots[1].workload = 1;
  CHECK(world.report().measured.lag.count() == 1);
  CHECK(is_closed(closed));
  closed.executor = scenario::Burst{10, 5s, 0};
  CHECK_FALSE(is_closed(closed));
  closed.executor = scenario::Burst{10, std::nullopt, 4};
  CHECK(is_closed(closed));
}

TEST_CASE("the busiest second is one of whole seconds, and none below one second") {
  World world = open_world(2500ms);
  for (int i = 0; i < 10; ++i) world.vote(0, 1100ms + 1ms * i, 1ms);
  for (int i = 0; i < 4; ++i) world.vote(0, 100ms + 1ms * i, 1ms, Outcome::not_sent);
  Report report = world.report();
  CHECK(report.measured.sent.peak_per_s == 10.0);
  CHECK(report.measured.sent.votes == 10);  // not sent is not sent
  CHECK(report.measured.accepted.mean_per_s == 4.0);
  world.record.load.length = 900ms;
  CHECK_FALSE(world.report().measured.sent.peak_per_s);
}

TEST_CASE("rates of the stores come from samples") {
  World world = open_world(20s);
  for (int s = 0; s <= 30; ++s) {
    // 100 rows a second, none from 5 s to 10 s, then 200 a second up to 2000.
    const int written = s <= 5 ? 100 * s : s <= 10 ? 500 : std::min(500 + 200 * (s - 10), 2000);
    sample_rows(world, std::chrono::seconds(s), static_cast<std::uint64_t>(written));
  }
  const Report report = world.report();
  CHECK(report.measured.written.peak_per_s == 200.0);
  CHECK(report.measured.written_best_10s_per_s == 150.0);
  CHECK(*report.measured.written.mean_per_s ==
        100.0);                               // the last row came at 18 s, the load was 20 s
  CHECK_FALSE(report.measured.queued.known);  // pushes could not be derived
  CHECK_FALSE(report.measured.queued.mean_per_s);
}

TEST_CASE("a mean rate divides by the planned time, or to the last row where that came later") {
  World world = open_world(3s);
  world.record.evidence.queue.pushed = 3;
  for (int i = 0; i < 3; ++i) world.vote(static_cast<VoterIndex>(i), 1s * i + 200us, 1ms);
  for (int tenth = 0; tenth <= 60; ++tenth) {
    Sample sample;
    sample.at = 100ms * tenth;
    sample.has_queue = sample.has_rows = true;
    sample.pushed = static_cast<std::uint64_t>(std::min(tenth / 10 + 1, 3));
    sample.rows_written = tenth < 60 ? std::min<std::uint64_t>(sample.pushed, 2) : 3;
    world.record.samples.push_back(sample);
  }
  const Measured measured = world.report().measured;
  CHECK(measured.sent.mean_per_s == 1.0);
  CHECK(measured.queued.mean_per_s == 1.0);  // not 2 in 2 s, and not 3 in 2 s
  CHECK(measured.written.mean_per_s == 0.5);
}

TEST_CASE("pushes are votes where each vote is one push, and nobody else pushes") {
  World world = quick_pass();
  QueueEvidence& queue = world.record.evidence.queue;
  CHECK(world.report().measured.queued.votes == 2000);
  CHECK(world.report().measured.queued.why_not.empty());
  SECTION("several in one push") { queue.pushes_undercount = true; }
  SECTION("fewer pushes than rows") { queue.pushed = 210; }
  SECTION("others push, too") { queue.shares_pushes = true; }
  const Report report = world.report();
  if (!queue.pushes_undercount && !queue.shares_pushes && queue.pushed == 2000U) return;
  CHECK_FALSE(report.measured.queued.known);
  CHECK_FALSE(report.measured.queued.mean_per_s);
  CHECK_FALSE(report.measured.queued.why_not.empty());
  CHECK(report.timeline.queued.empty());
}

TEST_CASE("the best ten seconds are not below the mean") {
  World world = open_world(20s);
  for (int s = 0; s <= 20; ++s) sample_rows(world, 1s * s + 900ms, std::uint64_t(100 * (s + 1)));
  const Measured measured = world.report().measured;
  REQUIRE(measured.written_best_10s_per_s);
  CHECK(*measured.written_best_10s_per_s >= *measured.written.mean_per_s);
}

TEST_CASE("no mean is above its peak") {
  for (const Nanoseconds load : {1000ms, 1500ms, 1900ms, 2500ms, 7300ms}) {
    World world = open_world(load);
    world.record.evidence.queue.pushed = 30;
    for (int i = 0; i < 30; ++i)  // half of them at the beginning, half at the end
      world.vote(static_cast<VoterIndex>(i), i < 15 ? 1ms * i : load - 20ms + 1ms * (i - 15), 1ms);
    for (Nanoseconds at{}; at <= load; at += 100ms) {
      Sample sample;
      sample.at = at;
      sample.has_queue = sample.has_rows = true;
      sample.pushed = sample.rows_written = at < load ? 15 : 30;
      world.record.samples.push_back(sample);
    }
    const Measured measured = world.report().measured;
    for (const Level* level :
         {&measured.sent, &measured.accepted, &measured.queued, &measured.written}) {
      INFO("load of " << load.count() << " ns");
      REQUIRE(level->mean_per_s);
      CHECK((!level->peak_per_s || *level->mean_per_s <= *level->peak_per_s));
    }
  }
}

TEST_CASE("end to end is exact where rows carry their commit times") {
  World world = open_world(1s);
  world.measure_clock({250ms, 40us});
  for (VoterIndex voter = 0; voter < 10; ++voter) {
    world.vote(voter, 10ms * voter, 5ms);
    world.row(voter, 10ms * voter + 30ms);
  }
  const Report report = world.report();
  CHECK(report.measured.stored.kind == LatencyKind::exact);
  CHECK(report.measured.stored.uncertainty == 40us);
  CHECK(report.measured.stored.count() == 10);
  CHECK(near(report.measured.stored.percentile(0.5), 30ms));
}

TEST_CASE("end to end begins when a vote was due, as the response does") {
  World world = open_world(1s);
  world.vote(0, 100ms, 20ms);
  world.attempts.slots[0].lag_100ns = 50'000;  // 5 ms
  world.row(0, 130ms);
  CHECK(world.report().measured.stored.finished.max() == 35ms);
}

TEST_CASE("rows that were seen before their commit were written again by somebody") {
  World world = open_world(2s);
  world.measure_clock({250ms, 40us});
  for (VoterIndex voter = 0; voter < 100; ++voter) {
    world.vote(voter, 10ms * voter, 5ms);
    // All of them in one transaction, long after the load.
    world.row(voter, voter < 40 ? 10ms * voter + 6ms : 4s);
  }
  for (int quarter = 0; quarter <= 20; ++quarter)
    sample_rows(world, 250ms * quarter, static_cast<std::uint64_t>(std::min(25 * quarter, 100)));
  Latency stored = world.report().measured.stored;
  CHECK(stored.kind == LatencyKind::bounded);
  CHECK(stored.percentile(1)->value <= 260ms);
  CHECK(stored.note.find("60 rows or more were written again") != std::string::npos);

  SECTION("a worker that saves a vote twice") {
    world.record.evidence.rows.values_changed = true;
    CHECK(world.report().measured.stored.kind == LatencyKind::exact);
  }
  SECTION("a worker that is slow") {
    for (Sample& sample : world.record.samples)
      if (sample.at < 4s) sample.rows_written = std::min<std::uint64_t>(sample.rows_written, 40);
    stored = world.report().measured.stored;
    CHECK(stored.kind == LatencyKind::exact);
    CHECK(stored.percentile(1)->value >= 3s);
  }
  SECTION("second votes of the same voters") {
    for (VoterIndex voter = 40; voter < 100; ++voter) world.vote(voter, 3900ms, 5ms);
    CHECK(world.report().measured.stored.kind == LatencyKind::exact);
  }
  SECTION("rows that are gone") {
    world.record.evidence.rows.rows.own.resize(40);
    CHECK(world.report().measured.stored.kind == LatencyKind::exact);
  }
}

TEST_CASE("a commit belongs to the last attempt with the row's choice") {
  World world = open_world(1s);
  world.vote(0, 100ms, 5ms);
  world.vote(0, 300ms, 5ms);                     // the same choice again
  world.vote(0, 500ms, 5ms, Outcome::rejected);  // cannot have been stored
  world.vote(0, 700ms, 5ms);
  world.attempts.slots[3].choice = 1;  // lost; the row still holds the one before
  world.row(0, 310ms);
  const Report report = world.report();
  CHECK(report.measured.stored.finished.count() == 1);
  CHECK(report.measured.stored.finished.max() == 10ms + kLag);
}

TEST_CASE("on an append table the k rows of a choice belong to its last k attempts, in order") {
  World world = open_world(1s);
  world.record.evidence.rows.model = TableModel::append;
  world.vote(0, 100ms, 5ms);
  world.vote(0, 300ms, 5ms);
  world.vote(0, 500ms, 5ms);
  world.row(0, 540ms);  // in any order
  world.row(0, 320ms);
  const Report report = world.report();
  CHECK(report.measured.stored.finished.count() == 2);
  CHECK(report.measured.stored.finished.min() == 20ms + kLag);
  CHECK(report.measured.stored.finished.max() == 40ms + kLag);
  CHECK(report.measured.stored.unfinished.count() == 1);
}

TEST_CASE("a commit before its start is kept: clocks differ") {
  World world = open_world(1s);
  world.vote(0, 100ms, 5ms);
  world.row(0, 99ms);
  CHECK(world.report().measured.stored.finished.min() == -1ms + kLag);
}

TEST_CASE("accepted votes without a row count as slower than all others") {
  World world = open_world(1s);
  world.record.evidence.settlement.drain = 4s;
  for (VoterIndex voter = 0; voter < 4; ++voter) world.vote(voter, 200ms, 5ms);
  world.vote(9, 0ms, 5ms, Outcome::ambiguous);  // nobody said that it would be stored
  world.row(0, 230ms);
  world.row(1, 230ms);
  const Report report = world.report();
  CHECK(report.measured.stored.count() == 4);
  CHECK(report.measured.stored.unfinished.max() == 4800ms + kLag);
  CHECK_FALSE(report.measured.stored.percentile(0.5)->at_least);
  CHECK(report.measured.stored.percentile(0.75)->at_least);
}

TEST_CASE("a forged row of a far voter costs no memory and joins nothing") {
  World world = open_world(1s);
  world.vote(0, 200ms, 5ms);
  world.row(0, 230ms);
  world.row(0xFFFE0000, 230ms);
  CHECK(world.report().measured.stored.count() == 1);
}

TEST_CASE("rows without a commit time are left out, and that is said") {
  World world = open_world(1s);
  world.vote(0, 200ms, 5ms);
  world.vote(1, 200ms, 5ms);
  world.row(0, 230ms);
  world.record.evidence.rows.rows.own.push_back({1, 0, 0});
  const Report report = world.report();
  CHECK(report.measured.stored.kind == LatencyKind::sampled);
  CHECK(report.measured.stored.count() == 1);
  CHECK(report.measured.stored.note.find("1 row") == 0);
}

TEST_CASE("without commit times end to end lies between two samples") {
  World world = open_world(1s);
  world.record.evidence.settlement.drain = 9s;
  for (VoterIndex voter = 0; voter < 3; ++voter) {
    world.vote(voter, 100ms * voter, 5ms);
    if (voter < 2) world.record.evidence.rows.rows.own.push_back({voter, 0, 0});
  }
  world.vote(0, 900ms, 5ms);  // a re-vote makes no new row
  sample_rows(world, 1s, 0);
  sample_rows(world, 2s, 1);
  sample_rows(world, 3s, 2);
  const Report report = world.report();
  CHECK(report.measured.stored.kind == LatencyKind::bounded);
  CHECK(report.measured.stored.finished.count() == 2);
  CHECK(report.measured.stored.lower.min() == 1s);  // voter 0, between 1 s and 2 s
  CHECK(report.measured.stored.finished.min() == 2s);
  CHECK(report.measured.stored.lower.max() == 1900ms + kLag);  // voter 1, between 2 s and 3 s
  CHECK(report.measured.stored.finished.max() == 2900ms + kLag);
  CHECK(report.measured.stored.unfinished.max() == 9800ms + kLag);  // voter 2, never
  CHECK(near(report.measured.stored.lower_percentile(0.1), 1s));
}

TEST_CASE("where no row tells its voter, rows are counted, and none is said to be missing") {
  World world = open_world(1s);
  world.record.begin.identity = IdentityMode::none;
  world.record.evidence.rows.rows_start = 5;
  world.record.evidence.rows.rows_end = 8;
  for (VoterIndex voter = 0; voter < 3; ++voter) world.vote(voter, 100ms * voter, 5ms);
  const Report report = world.report();
  CHECK(report.measured.written.votes == 3);
  CHECK_FALSE(report.measured.written.mean_per_s);
  CHECK(report.measured.stored.count() == 0);
  sample_rows(world, 500ms, 1);  // counters rise
  sample_rows(world, 2s, 3);
  const Report counted = world.report();
  CHECK(counted.measured.written.mean_per_s == 1.5);
  CHECK(counted.measured.stored.finished.count() == 3);
  CHECK(counted.measured.stored.unfinished.count() == 0);
}

TEST_CASE("rows that came after the last sample are bounded by the final reading") {
  World world = open_world(1s);
  world.record.evidence.settlement.drain = 2s;
  world.vote(0, 0ms, 5ms);
  world.record.evidence.rows.rows.own.push_back({0, 0, 0});
  sample_rows(world, 1s, 0);
  const Report report = world.report();
  CHECK(report.measured.stored.unfinished.count() == 0);
  CHECK(report.measured.stored.lower.max() == 1s);
  CHECK(report.measured.stored.finished.max() == 3s);
}

TEST_CASE("what was pushed behind the load is not the run's") {
  std::vector<Sample> samples(3);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i].at = std::chrono::seconds(i);
    samples[i].has_queue = true;
    samples[i].pushed = 4 * i;  // 8 at last, three of them trailing votes
  }
  const Selection all{std::nullopt, Nanoseconds(0), std::nullopt};
  const auto points = counter(samples, all, {&Sample::has_queue, &Sample::pushed, 5});
  CHECK(points.at(1).value == 4);
  CHECK(points.at(2).value == 5);
  CHECK(counter(samples, all, {&Sample::has_queue, &Sample::pushed}).at(2).value == 8);
}

TEST_CASE("without a table there is no end to end") {
  World world = open_world(1s);
  world.vote(0, 0ms, 5ms);
  world.record.evidence.rows = {};
  CHECK(world.report().measured.stored.kind == LatencyKind::none);
  CHECK(world.report().measured.stored.count() == 0);
}
