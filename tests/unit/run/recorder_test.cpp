// Clocks that step while a run goes on.
#include "run/recorder.h"

#include <atomic>

#include "support/catch.h"
#include "unit/ledger/fixtures.h"
#include "unit/plan/builders.h"

using namespace votebench;
using namespace std::chrono_literals;

namespace {

// Moves when somebody sleeps. At its fifth sleep the wall clock alone steps.
class SteppingClock final : public Clock {
 public:
  explicit SteppingClock(Nanoseconds step) : step_(step) {}

  [[nodiscard]] Instant now() const override { return Instant(1h + elapsed_.load()); }
  [[nodiscard]] WallTime wall_now() const override {
    return WallTime(1000h + elapsed_.load() + (sleeps_.load() >= 5 ? step_ : Nanoseconds(0)));
  }
  bool sleep_until(Instant until, std::stop_token stop) override {
    elapsed_.store(until - Instant(1h));
    if (++sleeps_ == 10) sleeps_.notify_all();
    return !stop.stop_requested();
  }
  // Ten sleeps, so the step lies behind.
  void wait_until_stepped() const {
    for (int seen = sleeps_.load(); seen < 10; seen = sleeps_.load()) sleeps_.wait(seen);
  }

 private:
  const Nanoseconds step_;
  std::atomic<Nanoseconds> elapsed_{};
  mutable std::atomic<int> sleeps_{0};
};

Nanoseconds step_seen(Nanoseconds step) {
  const ledger::test::TemporaryDirectory reports;
  ledger::RunDirectory directory = ledger::test::new_run(reports.path(), {});
  const auto attempts = directory.create_attempts();
  REQUIRE(attempts.has_value());
  const scenario::Scenario scenario = plan::test::scenario_of(scenario::ConstantClients{1, {}, 1});
  const plan::RunPlan plan = plan::test::plan_of(scenario);
  std::stop_source arrivals;
  const TargetSettings target;
  const load::LoadCounters counters;
  run::Display display(run::ProgressMode::none);
  SteppingClock clock(step);
  run::Recorder recorder({.directory = directory,
                          .attempts = **attempts,
                          .plan = plan,
                          .scenario = scenario,
                          .target = target,
                          .counters = counters,
                          .arrivals = arrivals,
                          .display = display,
                          .metrics = nullptr,
                          .clock = clock,
                          .t0 = clock.now()});
  clock.wait_until_stepped();
  recorder.stop();
  return recorder.largest_clock_step();
}

}  // namespace

TEST_CASE("a wall clock that steps during a run is noticed, forwards and backwards") {
  CHECK(step_seen(0s) == 0s);
  CHECK(step_seen(2s) == 2s);
  CHECK(step_seen(-30s) == 30s);
}
