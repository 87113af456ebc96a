// report_pages DIRECTORY: report.html, comparison.html and trend.html of runs made up for it, for
// the browser tests.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "report/write/render.h"
#include "unit/report/nights_world.h"
#include "unit/report/world.h"

using namespace votebench;
using namespace votebench::report;
using namespace votebench::report::tests;
using namespace std::chrono_literals;

namespace {

// The rows come back after the crash as fast as the worker can, not all at once.
World crash() {
  World world = worker_crash();
  double rows = 0;
  for (Sample& sample : world.record.samples) {
    const auto second = sample.at / 1s;
    const double wobble = static_cast<double>(second * 7919 % 23) - 11;
    const double per_s = second < 61   ? 262 + wobble
                         : second < 73 ? 0
                         : second < 99 ? 440 + wobble
                                       : 262;
    rows = std::min(rows + (second == 0 ? 0 : per_s), static_cast<double>(sample.pushed) * 0.8);
    sample.rows_written = static_cast<std::uint64_t>(rows);
    sample.queue_depth = sample.pushed * 4 / 5 - sample.rows_written;
    world.record.evidence.queue.depth_max =
        std::max(world.record.evidence.queue.depth_max, sample.queue_depth);
  }
  return world;
}

World three_seconds() {
  World world = quick_pass();
  world.scenario.name = "smoke";
  world.record.load.length = 3s;
  world.attempts.slots.resize(1200);
  world.record.evidence.rows.rows.own.resize(1200);
  world.record.samples.resize(4);
  world.record.evidence.queue.pushed = world.record.evidence.queue.popped = 1200;
  world.verdict.accounting = {1200, 1200, 0, 0, 0, 0};
  world.verdict.voters = world.verdict.persisted = 1200;
  return world;
}

World aborted() {
  World world = quick_pass();
  world.record.load.stopped = StopCause::interrupt;
  world.record.load.length = 2100ms;
  world.attempts.slots.resize(840);
  world.record.evidence.rows.rows.own.resize(840);
  world.record.samples.resize(4);
  world.record.evidence.queue.pushed = world.record.evidence.queue.popped = 840;
  world.verdict.kind = VerdictKind::inconclusive;
  world.verdict.accounting = {2000, 840, 0, 0, 0, 1160};
  world.verdict.voters = world.verdict.persisted = 840;
  world.verdict.reasons = {"interrupted after 840 of 2,000 votes"};
  return world;
}

World not_run() {
  World world = quick_pass();
  world.record.load.length = 0s;
  world.attempts.slots.clear();
  world.record.samples.clear();
  world.verdict = {};
  world.record.unfit =
      Error{ErrorKind::environment, "20 probe votes answered 200, none of them reached the queue",
            "is the vote service connected to the Redis at redis://127.0.0.1:6379/0?"};
  return world;
}

// Everything that others can write holds markup, script and worse.
World hostile() {
  World world = crash();
  const std::string text =
      "</script><script>document.title='owned'</script><img src=x "
      "onerror=\"document.title='owned'\">"
      "\x1b[2J{{data}} ' \" & \xFF \xE2\x80\xAEgnp.exe";
  world.scenario.name = world.scenario.source = text;
  world.record.events[0].name = world.record.events[0].detail = text;
  world.verdict.reasons = world.verdict.advice = world.verdict.notes = {text};
  world.verdict.assumptions = {text};
  world.scenario.thresholds[1].text = text;
  for (Finding& finding : world.verdict.findings)
    finding.voter_id = finding.found = finding.expected = finding.note = text;
  return world;
}

// `rate` votes a second for `load`, ten looks a second; one vote in the middle takes 4 seconds, and
// the queue grows for a single second then.
World long_run(Nanoseconds load, std::int64_t rate) {
  World world = quick_pass();
  world.scenario.name = "soak";
  world.record.load.length = load;
  world.attempts.slots.clear();
  world.record.evidence.rows.rows.own.clear();
  world.record.samples.clear();
  const std::int64_t votes = load / 1s * rate;
  for (std::int64_t vote = 0; vote < votes; ++vote) {
    const Nanoseconds start = Nanoseconds(1s) * vote / rate;
    const Nanoseconds service = 1ms + 10us * ((vote * 7919) % 211);
    world.vote(static_cast<VoterIndex>(vote), start, vote == votes / 2 ? Nanoseconds(4s) : service);
    world.row(static_cast<VoterIndex>(vote), start + service + 2ms);
  }
  for (std::int64_t tenth = 0; tenth <= load / 100ms; ++tenth) {
    Sample sample;
    sample.at = 100ms * tenth;
    sample.has_queue = sample.has_rows = true;
    sample.queue_depth =
        sample.at / 1s == load / 2s ? 5000 : static_cast<unsigned>(tenth * 31 % 17);
    sample.pushed = sample.rows_written = static_cast<std::uint64_t>(tenth * rate / 10);
    world.record.samples.push_back(sample);
  }
  const auto count = static_cast<std::uint64_t>(votes);
  world.planned.rate_per_s = static_cast<double>(rate);
  world.record.evidence.queue.pushed = world.record.evidence.queue.popped = count;
  world.record.evidence.queue.depth_max = 5000;
  world.verdict.accounting = {count, count, 0, 0, 0, 0};
  world.verdict.voters = world.verdict.persisted = count;
  return world;
}

// All votes within a twentieth of a second, and a drain of a second: some are refused, some fail.
World burst() {
  World world = quick_pass();
  world.scenario.name = "burst";
  world.record.load.length = 50ms;
  world.attempts.slots.resize(500);
  world.record.evidence.rows.rows.own.clear();
  for (std::size_t vote = 0; vote < 500; ++vote) {
    Attempt& attempt = world.attempts.slots[vote];
    attempt.started_ns = static_cast<std::int64_t>(vote) * 100'000;
    const bool failed = vote % 125 == 7, refused = vote % 50 == 8;
    attempt.status = failed ? 503 : refused ? 400 : 200;
    attempt.outcome = failed ? Outcome::ambiguous : refused ? Outcome::rejected : Outcome::acked;
    if (attempt.outcome == Outcome::acked)
      world.row(static_cast<VoterIndex>(vote), attempt.started() + 5ms + 1ms * (vote / 2));
  }
  world.record.samples.clear();
  for (int tenth = 0; tenth <= 11; ++tenth) {
    Sample seen;
    seen.at = 100ms * tenth;
    seen.has_queue = seen.has_rows = true;
    seen.sent = tenth > 0 ? 500 : 0;
    seen.acked = seen.pushed = tenth > 0 ? 486 : 0;
    seen.rows_written = std::min<std::uint64_t>(486, 180U * static_cast<unsigned>(tenth));
    seen.queue_depth = seen.pushed > seen.rows_written ? seen.pushed - seen.rows_written : 0;
    world.record.samples.push_back(seen);
  }
  world.record.evidence.settlement.drain = 1050ms;
  world.record.evidence.queue.pushed = world.record.evidence.queue.popped = 486;
  world.record.evidence.queue.depth_max = 486;
  world.verdict.accounting = {500, 486, 10, 4, 0, 0};
  world.verdict.voters = 500;
  world.verdict.persisted = 486;
  world.verdict.absent_ambiguous = 4;
  world.verdict.unaccepted = {};
  return world;
}

// One vote, one dot: nothing to draw.
World one_vote() {
  World world = quick_pass();
  world.scenario.name = "one-vote";
  world.record.load.length = 2ms;
  world.attempts.slots.resize(1);
  world.record.evidence.rows.rows.own.resize(1);
  world.record.samples.resize(1);
  world.record.evidence.queue.pushed = world.record.evidence.queue.popped = 1;
  world.verdict.accounting = {1, 1, 0, 0, 0, 0};
  world.verdict.voters = world.verdict.persisted = 1;
  return world;
}

World missed() {
  World world = quick_pass();
  world.threshold("queue.depth.max < 20000", "queue.depth.max", "<", 20000);
  world.threshold("http.response.p99 < 5ms", "http.response.p99", "<", 0.005);
  return world;
}

// With what the page of a comparison draws beside the metrics.
Side drawn(Side side, double slower) {
  for (std::size_t run = 0; run < side.runs.size(); ++run) {
    RunFigures& figures = side.runs[run];
    const double of_run = slower * (1 + 0.02 * static_cast<double>(run));
    figures.response = {{0.5, 0.0005 * of_run},
                        {0.9, 0.002 * of_run},
                        {0.99, 0.014 * of_run},
                        {0.999, 0.03 * of_run}};
    figures.stored = figures.response;
    for (auto& [share, seconds] : figures.stored) seconds += 0.004 * of_run;
    std::vector<Sample> samples;
    for (int tenth = 0; tenth <= 700; ++tenth) {
      Sample seen;
      seen.at = 100ms * tenth;
      seen.has_rows = true;
      const double load = std::min(tenth, 600) / 10.0;
      seen.acked = static_cast<std::uint64_t>(400 * load);
      seen.rows_written = static_cast<std::uint64_t>(
          std::min(400.0 * load, 431 / of_run * (tenth > 2 ? tenth - 2 : 0) / 10.0));
      samples.push_back(seen);
    }
    figures.course = course_of(samples);
  }
  return side;
}

Comparison regression() {
  return compared(drawn(five("night-1"), 1), drawn(five_more("night-2", 1.3), 1.3));
}

Comparison much_slower() {
  Side b = drawn(five_more("after", 1.0), 1);
  for (RunFigures& run : b.runs) {
    run.metrics[4].value = *run.metrics[4].value * 1100;
    run.defects[0] = 3;
    run.audit = VerdictKind::fail;
  }
  return compared(drawn(five("before"), 1), std::move(b));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path directory = argv[1];
  const auto write = [&](const char* name, World world) {
    world.record.begin.scenario_text =
        "version: 1\nworkloads:\n  peak: { executor: burst, votes: 10, clients: 2 }\n";
    Report report = world.report();
    report.shown.evidence_files = {{"manifest.json", 1687, std::string(64, 'a')}};
    std::ofstream(directory / name, std::ios::binary) << report_html(report);
  };
  write("pass.html", quick_pass());
  write("lost.html", crash());
  write("pending.html", still_queued());
  write("three-seconds.html", three_seconds());
  write("aborted.html", aborted());
  write("not-run.html", not_run());
  write("hostile.html", hostile());
  write("hour.html", long_run(1h, 100));
  write("eight-hours.html", long_run(8h, 10));
  write("burst.html", burst());
  write("one-vote.html", one_vote());
  write("threshold.html", missed());
  const auto write_comparison = [&](const char* name, const Comparison& comparison) {
    std::ofstream(directory / name, std::ios::binary) << comparison_html(comparison);
  };
  write_comparison("compare-same.html",
                   compared(drawn(five("night-1"), 1), drawn(five_more("night-2"), 1)));
  write_comparison("compare-regression.html", regression());
  write_comparison("compare-worse.html", much_slower());
  write_comparison("compare-hostile.html", hostile_sides());
  const auto write_trend = [&](const char* name, const std::vector<RunFigures>& runs) {
    const Invocation typed{"votebench", "/home/ann/votes", "trend", {}};
    std::ofstream(directory / name, std::ios::binary) << trend_html(trend_of(runs, {}, typed));
  };
  std::mt19937 random(2);
  write_trend("trend.html", eventful_nights());
  write_trend("trend-few.html", nights(3, random, {0.004, 0.01}));
  write_trend("trend-hostile.html", hostile_nights());
  return 0;
}
