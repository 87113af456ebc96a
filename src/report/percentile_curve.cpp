#include "report/percentile_curve.h"

#include <cmath>

namespace votebench::report {

std::vector<CurvePoint> percentile_curve(const Latency& latency) {
  static constexpr double kPointsPerDecade = 10;
  std::vector<CurvePoint> curve;
  const auto count = static_cast<double>(latency.count());
  if (count == 0) return curve;
  const double last = std::log10(count) * kPointsPerDecade;
  for (double point = 0;; ++point) {
    const bool slowest = point >= last;
    const double share = slowest ? 1 - 1 / count : 1 - std::pow(10, -point / kPointsPerDecade);
    const auto value = latency.percentile(slowest ? 1.0 : share);
    if (!value || value->at_least) return curve;
    curve.push_back({share, value->value});
    if (slowest) return curve;
  }
}

}  // namespace votebench::report
