#include "report/compare/runs_needed.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace votebench::report {
namespace {

double normal_share(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }

double squares_around_mean(std::span<const double> values) {
  const double mean =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  return std::accumulate(values.begin(), values.end(), 0.0,
                         [mean](double sum, double v) { return sum + (v - mean) * (v - mean); });
}

}  // namespace

double normal_quantile(double share) {
  double low = -40;
  double high = 40;
  for (int halved = 0; halved < 80; ++halved) {
    const double middle = (low + high) / 2;
    (normal_share(middle) < share ? low : high) = middle;
  }
  return low;
}

std::size_t runs_needed(std::span<const double> a, std::span<const double> b,
                        const Wanted& wanted) {
  constexpr double kMost = 1e6;
  const double freedom = static_cast<double>(std::max<std::size_t>(a.size() + b.size(), 3) - 2);
  const double spread = std::sqrt((squares_around_mean(a) + squares_around_mean(b)) / freedom);
  const double above =
      spread > 0 ? normal_share(std::abs(wanted.shift) / (spread * std::numbers::sqrt2)) : 1;
  const double reach = normal_quantile(1 - wanted.level / 2) + normal_quantile(wanted.power);
  const double needed = reach * reach / (6 * (above - 0.5) * (above - 0.5));
  return static_cast<std::size_t>(std::ceil(std::clamp(needed, 2.0, kMost)));
}

}  // namespace votebench::report
