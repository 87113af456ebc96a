// Time is an argument: every component that needs it is given a Clock. Only the
// implementation in clock.cpp reads the system's clocks or sleeps.
#pragma once

#include <chrono>
#include <stop_token>
#include <utility>

namespace votebench {

using Nanoseconds = std::chrono::nanoseconds;
using Instant = std::chrono::time_point<std::chrono::steady_clock, Nanoseconds>;   // monotonic
using WallTime = std::chrono::time_point<std::chrono::system_clock, Nanoseconds>;  // UTC

[[nodiscard]] constexpr double in_seconds(Nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

// Thread-safe: any thread may call any function.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
  [[nodiscard]] virtual WallTime wall_now() const = 0;
  // Returns when `until` is reached or `stop` is requested; true when `until` was reached.
  virtual bool sleep_until(Instant until, std::stop_token stop = {}) = 0;
};

// A clock whose wall time counts on from one moment by the monotonic clock: it does not step where
// the machine's is set.
class CountedClock final : public Clock {
 public:
  // At `t0` it was `wall`. `clock` outlives this one.
  CountedClock(Clock& clock, Instant t0, WallTime wall) : clock_(clock), t0_(t0), wall_(wall) {}
  [[nodiscard]] Instant now() const override { return clock_.now(); }
  [[nodiscard]] WallTime wall_now() const override { return wall_ + (clock_.now() - t0_); }
  bool sleep_until(Instant until, std::stop_token stop) override {
    return clock_.sleep_until(until, std::move(stop));
  }

 private:
  Clock& clock_;
  Instant t0_;
  WallTime wall_;
};

// CLOCK_MONOTONIC and CLOCK_REALTIME.
[[nodiscard]] Clock& real_clock();

}  // namespace votebench
