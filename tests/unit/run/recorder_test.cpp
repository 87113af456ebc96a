// Clocks that step, and disks that fill up, while a run goes on.
#include "run/recorder.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

#include "support/catch.h"
#include "unit/run/stage.h"

using namespace votebench;
using namespace std::chrono_literals;

namespace {

// Moves when somebody sleeps. At its fifth sleep the wall clock alone steps, or the sleeper
// oversleeps. It drifts all the time.
class SteppingClock final : public Clock {
 public:
  explicit SteppingClock(Nanoseconds step, Nanoseconds oversleep = 0ns, double drift = 0)
      : step_(step), oversleep_(oversleep), drift_(drift) {}

  [[nodiscard]] Instant now() const override { return Instant(1h + elapsed_.load()); }
  [[nodiscard]] WallTime wall_now() const override {
    const Nanoseconds elapsed = elapsed_.load();
    const double drifted = drift_ * static_cast<double>(elapsed.count());
    return WallTime(1000h + elapsed + Nanoseconds(static_cast<std::int64_t>(drifted)) +
                    (sleeps_.load() >= 5 ? step_ : Nanoseconds(0)));
  }
  bool sleep_until(Instant until, std::stop_token stop) override {
    elapsed_.store(until - Instant(1h) + (sleeps_.load() == 4 ? oversleep_ : Nanoseconds(0)));
    if (++sleeps_ == kSleeps) sleeps_.notify_all();
    return !stop.stop_requested();
  }
  // The step lies behind, and about ten minutes.
  void wait_until_stepped() const {
    for (int seen = sleeps_.load(); seen < kSleeps; seen = sleeps_.load()) sleeps_.wait(seen);
  }

 private:
  static constexpr int kSleeps = 6000;
  const Nanoseconds step_;
  const Nanoseconds oversleep_;
  const double drift_;
  std::atomic<Nanoseconds> elapsed_{};
  mutable std::atomic<int> sleeps_{0};
};

Nanoseconds step_seen(Nanoseconds step, double drift = 0) {
  SteppingClock clock(step, 0ns, drift);
  run::test::Stage stage(clock);
  clock.wait_until_stepped();
  stage.recorder.stop();
  return stage.recorder.largest_clock_step();
}

Nanoseconds standstill_seen(Nanoseconds oversleep) {
  SteppingClock clock(0s, oversleep);
  run::test::Stage stage(clock);
  clock.wait_until_stepped();
  stage.recorder.stop();
  return stage.recorder.longest_standstill();
}

// Runs `test` in a process of its own, whose files may not grow; its answer is the exit status.
template <typename Test>
int without_room(Test test) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::_exit(test([] {
      const rlimit none{0, 0};
      if (::setrlimit(RLIMIT_FSIZE, &none) != 0) ::_exit(99);
    }));
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("a program that stood still while the load ran is found") {
  CHECK(standstill_seen(0s) == 0s);
  CHECK(standstill_seen(5s) == 5s);
}

TEST_CASE("a wall clock that steps during a run is noticed, forwards and backwards") {
  CHECK(step_seen(0s) == 0s);
  CHECK(step_seen(2s) == 2s);
  CHECK(step_seen(-30s) == 30s);
}

TEST_CASE("a wall clock that drifts was not set") {
  CHECK(step_seen(0s, 20e-6) == 0s);
  CHECK(step_seen(0s, -100e-6) == 0s);
  CHECK(step_seen(50ms, 20e-6) >= 49ms);
}

TEST_CASE("a sample that could not be stored is remembered, whatever was warned of before") {
  CHECK(without_room([](auto fill_disk) {
          SteppingClock clock(0s);
          run::test::Stage stage(clock);
          stage.recorder.warn("an earlier warning");
          const watch::SampleSink sink = stage.recorder.sink();
          sink.on_sample({});
          if (stage.recorder.unsaved()) return 1;
          fill_disk();
          sink.on_sample({});
          sink.on_event({});
          if (!stage.recorder.unsaved()) return 2;
          stage.recorder.stop();
          return stage.recorder.unsaved()->message.empty() ? 3 : 0;
        }) == 0);
}
