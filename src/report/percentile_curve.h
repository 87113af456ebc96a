// A latency by percentile, as the points of a curve over log 1/(1-p).
#pragma once

#include <vector>

#include "report/latency.h"

namespace votebench::report {

struct CurvePoint {
  double share = 0;  // p, in [0, 1)
  Nanoseconds value{};
};

// Ten points per decade of 1/(1-p), up to the slowest vote (p = 1 - 1/count). The curve ends where
// the percentiles are only known to be "at least" something. Empty without votes.
[[nodiscard]] std::vector<CurvePoint> percentile_curve(const Latency& latency);

}  // namespace votebench::report
