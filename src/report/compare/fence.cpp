#include "report/compare/fence.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/check.h"

namespace votebench::report {

double quantile(std::span<const double> values, double share) {
  CHECK_THAT_HOLDS(!values.empty());
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double place = static_cast<double>(sorted.size() - 1) * share;
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double between = place - static_cast<double>(below);
  if (sorted[below] == sorted[above] || between == 0) return sorted[below];
  return sorted[below] + between * (sorted[above] - sorted[below]);
}

Fence fence_of(std::span<const double> values) {
  const double q1 = quantile(values, 0.25);
  const double q3 = quantile(values, 0.75);
  const double reach = q1 == q3 ? 0 : 1.5 * (q3 - q1);
  return {q1 - reach, q3 + reach};
}

}  // namespace votebench::report
