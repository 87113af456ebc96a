#include "report/measures/latency.h"

#include <array>
#include <cmath>

namespace votebench::report {

std::string_view to_string(LatencyKind kind) {
  static constexpr std::array<std::string_view, 4> kNames{"none", "exact", "sampled", "bounded"};
  return kNames.at(static_cast<std::size_t>(kind));
}

namespace {

std::optional<Percentile> percentile_of(const Histogram& finished, const Histogram& unfinished,
                                        double share) {
  const std::uint64_t count = finished.count() + unfinished.count();
  if (count == 0) return std::nullopt;
  const std::uint64_t rank = nearest_rank(share, count);
  if (rank <= finished.count()) return Percentile{finished.at_rank(rank), false};
  // The true values, sorted, are nowhere below the known ones with the waits in vain among them.
  Histogram known = finished;
  known.merge(unfinished);
  return Percentile{known.at_rank(rank), true};
}

}  // namespace

std::optional<Percentile> Latency::percentile(double share) const {
  return percentile_of(finished, unfinished, share);
}

std::optional<Percentile> Latency::lower_percentile(double share) const {
  return percentile_of(lower, unfinished, share);
}

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
