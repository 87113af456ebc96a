#include "report/compare/hodges_lehmann.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/check.h"
#include "report/compare/mann_whitney.h"

namespace votebench::report {
namespace {

std::vector<double> differences(std::span<const double> a, std::span<const double> b) {
  std::vector<double> all;
  all.reserve(a.size() * b.size());
  for (const double of_b : b)
    for (const double of_a : a) all.push_back(of_a == of_b ? 0 : of_b - of_a);
  std::sort(all.begin(), all.end());
  return all;
}

double middle_of(std::span<const double> sorted) {
  const double low = sorted[(sorted.size() - 1) / 2];
  const double high = sorted[sorted.size() / 2];
  if (low == high) return low;
  return std::isinf(low) && std::isinf(high) ? 0 : low + (high - low) / 2;
}

// How many values of U, from the smallest on, the test rejects at each end: as many as together
// take no more than half of what the confidence leaves.
std::size_t rejected_counts(std::size_t a, std::size_t b, double confidence) {
  std::vector<std::size_t> ranks(a + b);
  std::iota(ranks.begin(), ranks.end(), std::size_t{1});
  const std::vector<double> shares = rank_sum_distribution(ranks, b);
  const double tail = (1 - confidence) / 2;
  const std::size_t smallest_sum = b * (b + 1) / 2;
  double below = 0;
  std::size_t count = 0;
  for (; count < a * b / 2; ++count) {
    below += shares[smallest_sum + count];
    if (below > tail) break;
  }
  return count;
}

}  // namespace

double median(std::span<const double> values) {
  CHECK_THAT_HOLDS(!values.empty());
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return middle_of(sorted);
}

Shift hodges_lehmann(std::span<const double> a, std::span<const double> b, double confidence) {
  CHECK_THAT_HOLDS(!a.empty() && !b.empty());
  const std::vector<double> sorted = differences(a, b);
  // With k values of U rejected (0 to k - 1), the k-th smallest difference is the first shift that
  // is not.
  const std::size_t rejected = rejected_counts(a.size(), b.size(), confidence);
  const std::size_t cut = rejected == 0 ? 0 : rejected - 1;
  return {middle_of(sorted), sorted[cut], sorted[sorted.size() - 1 - cut]};
}

}  // namespace votebench::report
