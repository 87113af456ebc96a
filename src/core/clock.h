// Time is an argument: every component that needs it is given a Clock. Only the
// implementation in clock.cpp reads the system's clocks or sleeps.
#pragma once

#include <chrono>
#include <stop_token>

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

// CLOCK_MONOTONIC and CLOCK_REALTIME.
[[nodiscard]] Clock& real_clock();

}  // namespace votebench
