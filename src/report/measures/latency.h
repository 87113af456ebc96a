// A latency as the report states it: percentiles over every vote that should have had one.
//
// A vote without an end (never answered, never stored, never started although due) is not left out:
// it counts as slower than every vote with one, and what is known of it is the time waited, a lower
// bound. A percentile whose rank falls among those votes is printed as "at least".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/measures/histogram.h"

namespace votebench::report {

enum class LatencyKind : std::uint8_t {
  none,     // nothing to measure from
  exact,    // two times per vote
  sampled,  // exact, but for some of the stored votes only
  bounded,  // each vote lies between two samples
};
[[nodiscard]] std::string_view to_string(LatencyKind kind);

struct Percentile {
  Nanoseconds value{};
  bool at_least = false;  // the true value is not below `value`
};

struct Latency {
  LatencyKind kind = LatencyKind::none;
  Histogram finished;         // bounded: the upper bounds
  Histogram unfinished;       // the time waited in vain
  Histogram lower;            // bounded: the lower bounds; otherwise empty
  Nanoseconds uncertainty{};  // of the clock that times came from; zero on one clock
  std::string note;           // how it was measured, one clause for people; may be empty

  [[nodiscard]] std::uint64_t count() const { return finished.count() + unfinished.count(); }
  // Nothing without votes.
  [[nodiscard]] std::optional<Percentile> percentile(double share) const;
  // bounded: the other end, from the lower bounds.
  [[nodiscard]] std::optional<Percentile> lower_percentile(double share) const;
};

// A latency by percentile, as the points of a curve over log 1/(1-p).
struct CurvePoint {
  double share = 0;  // p, in [0, 1)
  Nanoseconds value{};
};

// Ten points per decade of 1/(1-p), up to the slowest vote (p = 1 - 1/count). The curve ends where
// the percentiles are only known to be "at least" something. Empty without votes.
[[nodiscard]] std::vector<CurvePoint> percentile_curve(const Latency& latency);

}  // namespace votebench::report
