// Validity of the generator, thresholds, and what the report concludes from them.
#include <fmt/format.h>

#include "report/measures/measured.h"
#include "report/measures/thresholds.h"
#include "report/write/render.h"
#include "support/catch.h"
#include "world.h"

using namespace votebench;
using namespace votebench::report;
using namespace votebench::report::tests;
using namespace std::chrono_literals;

namespace {

// Every `nth` vote leaves 40 ms late.
void make_late(World& world, std::size_t nth) {
  for (std::size_t i = 0; i < world.attempts.slots.size(); i += nth)
    world.attempts.slots[i].lag_100ns = 400'000;
}

ThresholdResult result_of(World world, const std::string& metric, const std::string& op,
                          double value) {
  world.threshold(metric + " " + op + " ...", metric, op, value);
  return world.report().thresholds.back();
}

}  // namespace

TEST_CASE("a generator on time is valid") {
  World world = quick_pass();
  const Report report = world.report();
  CHECK(report.validity.all());
  CHECK(report.validity.reasons.empty());
  CHECK(report.exit == ExitCode::passed);
}

TEST_CASE("more than one late vote in a hundred voids rates and latencies, not the audit") {
  World world = quick_pass();
  make_late(world, 101);
  CHECK(world.report().validity.load);
  make_late(world, 90);
  const Report report = world.report();
  CHECK_FALSE(report.validity.load);
  CHECK(report.validity.reasons.size() == 1);
  CHECK(report.exit == ExitCode::passed);  // nothing rests on it
  CHECK(report.verdict == VerdictKind::pass);
}

TEST_CASE("lag while max_in_flight is reached is the target's") {
  World world = quick_pass();
  make_late(world, 10);
  world.record.load.exhausted_share = 0.12;
  const Report report = world.report();
  CHECK(report.validity.load);
  REQUIRE(report.validity.notes.size() == 1);
  CHECK(report.validity.notes[0].find("the target's") != std::string::npos);
  world.record.load.exhausted_share = 0.02;  // explains a fifth of it
  CHECK_FALSE(world.report().validity.load);
}

TEST_CASE("votes that never left and a rate that was not reached void the load") {
  World world = quick_pass();
  world.planned.never_started_waits.record(1s, 3);
  CHECK_FALSE(world.report().validity.load);
  world = quick_pass();
  world.planned.rate_per_s = 420;
  CHECK_FALSE(world.report().validity.load);
  world.record.load.stopped = StopCause::interrupt;  // then the plan is not the measure
  CHECK(world.report().validity.load);
}

TEST_CASE("sampler gaps and clock steps void what rests on them") {
  World world = quick_pass();
  world.record.load.longest_sampler_gap = 3s;
  world.record.load.clock_step = 20ms;
  world.record.load.steal_share = 0.2;
  const Report report = world.report();
  CHECK(report.validity.load);
  CHECK_FALSE(report.validity.samples);
  CHECK_FALSE(report.validity.clocks);
  CHECK(report.validity.reasons.size() == 2);
  CHECK(report.validity.notes.size() == 1);
}

TEST_CASE("every metric that a scenario may name has a value in a full run") {
  for (const scenario::Metric& metric : scenario::metrics()) {
    const ThresholdResult result = result_of(worker_crash(), std::string(metric.name), ">=", 0);
    INFO(metric.name << ": " << result.why);
    CHECK(result.value);
    CHECK(result.unit == metric.unit);
  }
}

TEST_CASE("a threshold compares with the measured value") {
  World world = quick_pass();
  const ThresholdResult response = result_of(world, "http.response.p99", "<", 0.05);
  CHECK(response.passed == true);
  CHECK(*response.value == Approx(0.0092).epsilon(0.01));
  CHECK(result_of(world, "http.response.p99", "<", 0.005).passed == false);
  CHECK(result_of(world, "http.error_rate", "<", 0.001).passed == true);
  CHECK(result_of(world, "http.error_rate", ">", 0).passed == false);
  CHECK(result_of(world, "queue.depth.max", "<=", 6).passed == true);
  CHECK(result_of(world, "queue.depth.max", "==", 6).passed == true);
  CHECK(result_of(world, "queue.depth.max", "==", 7).passed == false);
  CHECK(result_of(world, "accepted.rate", ">=", 400).passed == true);
  CHECK(result_of(world, "drain.time", "<", 1).passed == true);
  CHECK(result_of(world, "lag.max", "<", 0.001).passed == true);
}

TEST_CASE("no votes are no measurement, and never a pass") {
  World world = quick_pass();
  world.attempts.slots.clear();
  world.verdict.accounting = {};
  for (const char* metric : {"http.response.p99", "http.error_rate", "end_to_end.max"}) {
    const ThresholdResult result = result_of(world, metric, "<", 1e9);
    CHECK_FALSE(result.passed);
    CHECK_FALSE(result.why.empty());
  }
  CHECK_FALSE(result_of(quick_pass(), "written.rate.max", ">", 1).passed);  // needs ten seconds
}

TEST_CASE("an at-least value can break a limit, but not keep it") {
  World world = quick_pass();
  for (std::size_t i = 0; i < 200; ++i) world.attempts.slots[i].outcome = Outcome::ambiguous;
  CHECK_FALSE(result_of(world, "http.response.p99", "<", 0.05).passed);
  CHECK(result_of(world, "http.response.p99", "<", 0.05).at_least);
  CHECK(result_of(world, "http.response.p99", "<", 0.002).passed == false);
  CHECK(result_of(world, "http.response.p99", ">", 0.002).passed == true);
  CHECK(result_of(world, "http.response.p50", "<", 0.05).passed == true);
}

TEST_CASE("bounds on both sides of a limit decide nothing") {
  World world = still_queued();
  CHECK_FALSE(result_of(world, "end_to_end.p50", "<", 60).passed);
  CHECK(result_of(world, "end_to_end.p50", "<", 1).passed == false);
  CHECK_FALSE(result_of(world, "drain.time", "<", 60).passed);  // not settled: at least 5 s
  CHECK(result_of(world, "drain.time", "<", 4).passed == false);
}

TEST_CASE("an invalid generator leaves its thresholds without a measurement: exit 3") {
  World world = quick_pass();
  make_late(world, 20);
  world.threshold("http.response.p99 < 1s", "http.response.p99", "<", 1);
  world.threshold("http.error_rate < 1%", "http.error_rate", "<", 0.01);
  const Report report = world.report();
  CHECK_FALSE(report.thresholds[0].passed);
  CHECK_FALSE(report.thresholds[0].value);
  CHECK(report.thresholds[1].passed == true);  // needs no clock
  CHECK(report.exit == ExitCode::inconclusive);
  CHECK(report.verdict == VerdictKind::inconclusive);
  CHECK(report.audit.kind == VerdictKind::pass);
}

TEST_CASE("a limit of ours that kept votes from being sent makes the generator not valid") {
  const auto with_cause = [](Cause cause) {
    World world = quick_pass();
    world.attempts.slots[5].outcome = Outcome::not_sent;
    world.attempts.slots[5].cause = cause;
    world.verdict.unaccepted = unaccepted_votes(world.attempts);
    return world.report().validity;
  };
  CHECK(with_cause(Cause::refused).all());
  for (const Cause cause : {Cause::open_files, Cause::local_ports, Cause::memory}) {
    const Validity validity = with_cause(cause);
    CHECK_FALSE(validity.load);
    REQUIRE(validity.reasons.size() == 1);
    CHECK(validity.reasons[0].starts_with("1 vote could not be sent ("));
  }
}

TEST_CASE("a generator that stood still is not valid, one that was late by little is") {
  World world = quick_pass();
  world.record.load.standstill = 900ms;
  CHECK(world.report().validity.all());
  world.record.load.standstill = 5s;
  const Validity validity = world.report().validity;
  CHECK_FALSE(validity.load);
  CHECK(validity.reasons.at(0).starts_with("votebench itself stood still for 5 s"));
}

TEST_CASE("a store's clock that was set voids end-to-end thresholds alone, and is named") {
  for (const auto of : {ServerClock::Of::queue, ServerClock::Of::rows})
    for (const Nanoseconds step :
         {Nanoseconds(60s), Nanoseconds(-60s), Nanoseconds(1h), Nanoseconds(-1h)}) {
      World world = quick_pass();
      world.read_clock(of, 0s, {3ms, 57us});
      world.read_clock(of, 6s, {3ms + step, 57us});
      world.threshold("end_to_end.p99 < 10h", "end_to_end.p99", "<", 36'000);
      world.threshold("http.response.p99 < 10s", "http.response.p99", "<", 10);
      const Report report = world.report();
      const std::string name = of == ServerClock::Of::queue ? "Redis" : "PostgreSQL";
      const std::string fault =
          fmt::format("the clock of {} was set {} by {}", name, step < 0s ? "back" : "forward",
                      std::chrono::abs(step) == 1h ? "1h00m00s" : "1m00s");
      CHECK(report.validity.clock_fault == fault);
      CHECK_FALSE(report.thresholds[0].passed);
      CHECK(report.thresholds[0].why == fault);
      CHECK(report.thresholds[1].passed == true);
      CHECK(report.exit == ExitCode::inconclusive);
      const std::string text = summary_text(report, {true, false, 80});
      CHECK(text.find("valid, but for end to end; the audit holds") != std::string::npos);
      CHECK(text.find("NOT VALID") == std::string::npos);  // rates and answers hold
      CHECK(report.audit.kind == VerdictKind::pass);       // the rows keep their class
      CHECK(report.measured.stored.count() == 0);          // no number is claimed
      CHECK(report.measured.stored.note == "has no valid measurement: " + fault);
    }
}

TEST_CASE("a clock that drifts voids nothing, and widens what is known of end to end") {
  World world = quick_pass();
  for (int minute = 0; minute <= 10; ++minute)  // 20 ppm
    for (const auto of : {ServerClock::Of::queue, ServerClock::Of::rows})
      world.read_clock(of, minute * 1min, {3ms + minute * 1200us, 57us});
  const Report report = world.report();
  CHECK(report.validity.all());
  CHECK(report.measured.stored.kind == LatencyKind::exact);
  CHECK(report.measured.stored.uncertainty == 12ms + 57us);
  // p50 is 4.4 ms: within 12 ms of these limits nothing is decided.
  CHECK(result_of(world, "end_to_end.p50", "<", 0.050).passed == true);
  CHECK_FALSE(result_of(world, "end_to_end.p50", "<", 0.010).passed);
  CHECK_FALSE(result_of(world, "end_to_end.p50", ">", 0.001).passed);
  CHECK(result_of(world, "end_to_end.p50", ">", 0.050).passed == false);
  CHECK(*result_of(world, "end_to_end.p50", "<", 0.050).value < 0.005);  // the likely one is said
}

TEST_CASE("this machine's clock is none of the stores', once theirs are read during the load") {
  World world = quick_pass();
  world.record.load.clock_step = 1h;
  world.read_clock(ServerClock::Of::rows, 6s, {3ms, 57us});
  const Report report = world.report();
  CHECK(report.validity.clocks);
  CHECK(report.validity.notes.size() == 1);
}

TEST_CASE("a clock that was set voids end-to-end thresholds alone") {
  World world = quick_pass();
  world.record.load.clock_step = 1s;
  CHECK_FALSE(result_of(world, "end_to_end.p99", "<", 10).passed);
  CHECK(result_of(world, "http.response.p99", "<", 10).passed == true);
  world = quick_pass();
  world.record.load.longest_sampler_gap = 5s;
  CHECK_FALSE(result_of(world, "queue.depth.max", "<", 1e9).passed);
  CHECK(result_of(world, "accepted.rate", ">", 1).passed == true);
}

TEST_CASE("only commands that help are suggested") {
  World world = still_queued();
  CHECK(world.report().next.at(0) == "build/release/votebench verify 7f3a91bd");
  CHECK(world.report().next.at(1) ==
        "build/release/votebench run scenarios/classic-300x40.yaml --target 'my targets/blue.yaml' "
        "--set http.timeout=9s --set drain.timeout=30s");
  CHECK(world.report().next.at(2) == "build/release/votebench explain pending");
  CHECK(world.report().next.at(3) == "build/release/votebench compare @prev @latest");
  world.follows_one_like_it = false;
  world.record.begin.stack_ends_with_run = true;  // nothing to look at any more
  CHECK(world.report().next.size() == 2);
  world.record.begin.invocation.reset();  // by an older votebench: its target is not known
  CHECK(world.report().next.size() == 1);
  world = quick_pass();
  world.follows_one_like_it = false;
  CHECK(world.report().next.empty());
  CHECK(worker_crash().report().next.at(0) ==
        "build/release/votebench show 7f3a91bd vb7f3a91bd00003d83076ec74d");
}

TEST_CASE("a run that was made in another folder is repeated there") {
  World world = still_queued();
  world.record.begin.stack_ends_with_run = true;
  world.here.directory = "/srv";
  CHECK(world.report().next.at(0).starts_with(
      "(cd /home/ann/votes && build/release/votebench run scenarios/classic-300x40.yaml "));
  CHECK(world.report().next.at(0).ends_with("--set drain.timeout=30s)"));
}

TEST_CASE("an error before the run is named, with its way out") {
  World world;
  world.record.unfit = Error{ErrorKind::environment, "no answer", "start it"};
  const Report report = world.report();
  CHECK(report.exit == ExitCode::environment);
  CHECK(report.verdict == VerdictKind::inconclusive);
  CHECK(report.reasons == std::vector<std::string>{"no answer"});
  CHECK(report.advice == std::vector<std::string>{"start it"});
  CHECK(report.next == std::vector<std::string>{"build/release/votebench doctor"});
}
