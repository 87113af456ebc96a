// How long the drain waits, and how fast it goes. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "core/clock.h"

namespace votebench::watch {

// What is left of a backlog, observed over time.
class DrainRate {
 public:
  void observe(Instant at, std::uint64_t remaining);
  // Votes per second from the first observation to the last that changed; 0 = not known.
  [[nodiscard]] double per_second() const;
  // The time the rest needs at that rate; nothing when the rate is not known.
  [[nodiscard]] std::optional<Nanoseconds> time_for_rest() const;

 private:
  struct Point {
    Instant at;
    std::uint64_t remaining = 0;
  };
  std::optional<Point> first_;
  Point last_change_{};
};

// The time limit counts only while nothing moves. Past the limit a drain that moves goes on only
// if it will be done within kHardCapFactor times the limit.
class Patience {
 public:
  Patience(Instant begin, Nanoseconds limit) : begin_(begin), moved_(begin), limit_(limit) {}
  void moved(Instant at) { moved_ = at; }
  [[nodiscard]] Nanoseconds still_for(Instant now) const { return now - moved_; }
  // `rest`: what a backlog still needs, where its rate is known.
  [[nodiscard]] bool is_over(Instant now, std::optional<Nanoseconds> rest) const;

 private:
  Instant begin_;
  Instant moved_;
  Nanoseconds limit_;
};

}  // namespace votebench::watch
