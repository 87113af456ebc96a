#include "report/latency.h"

#include <array>

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

}  // namespace votebench::report
