#include "report/compare/statistics.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/check.h"

namespace votebench::report {

namespace {

// Twice the midranks, so that they are whole: values at sorted places i..j share the rank i + j
// + 2.
std::vector<std::size_t> doubled_midranks(std::span<const double> a, std::span<const double> b) {
  std::vector<double> pooled(a.begin(), a.end());
  pooled.insert(pooled.end(), b.begin(), b.end());
  std::vector<double> sorted = pooled;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::size_t> ranks;
  for (const double value : pooled) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), value);
    ranks.push_back(static_cast<std::size_t>((first - sorted.begin()) + (last - sorted.begin())) +
                    1);
  }
  return ranks;
}

}  // namespace

std::vector<double> rank_sum_distribution(std::span<const std::size_t> ranks, std::size_t size) {
  CHECK_THAT_HOLDS(size <= ranks.size());
  std::vector<std::size_t> ordered(ranks.begin(), ranks.end());
  std::sort(ordered.begin(), ordered.end(), std::greater<>());
  const std::size_t largest = std::accumulate(
      ordered.begin(), ordered.begin() + static_cast<std::ptrdiff_t>(size), std::size_t{0});
  // ways[k][s]: the share of the k-subsets of the ranks seen so far whose sum is s. A k-subset of
  // `seen` ranks holds the last one with probability k / seen.
  std::vector<std::vector<double>> ways(size + 1, std::vector<double>(largest + 1, 0));
  ways[0][0] = 1;
  double seen = 0;
  for (const std::size_t rank : ranks) {
    ++seen;
    for (std::size_t k = std::min(size, static_cast<std::size_t>(seen)); k > 0; --k) {
      const double with = static_cast<double>(k) / seen;
      for (std::size_t sum = largest + 1; sum-- > 0;)
        ways[k][sum] =
            (1 - with) * ways[k][sum] + (sum >= rank ? with * ways[k - 1][sum - rank] : 0);
    }
  }
  return ways[size];
}

RankTest mann_whitney(std::span<const double> a, std::span<const double> b) {
  CHECK_THAT_HOLDS(!a.empty() && !b.empty());
  CHECK_THAT_HOLDS(a.size() <= kMostRunsASide && b.size() <= kMostRunsASide);
  const std::vector<std::size_t> ranks = doubled_midranks(a, b);
  const std::size_t total = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
  const std::size_t of_b = std::accumulate(ranks.begin() + static_cast<std::ptrdiff_t>(a.size()),
                                           ranks.end(), std::size_t{0});
  // The mean of the doubled sum is size * total / count; distances are kept whole by the count.
  const auto distance = [&](std::size_t sum) {
    return std::llabs(static_cast<long long>(sum * ranks.size()) -
                      static_cast<long long>(total * b.size()));
  };
  const std::vector<double> shares = rank_sum_distribution(ranks, b.size());
  RankTest test;
  test.p_value = 0;
  for (std::size_t sum = 0; sum < shares.size(); ++sum)
    if (distance(sum) >= distance(of_b)) test.p_value += shares[sum];
  test.p_value = std::min(test.p_value, 1.0);
  test.u = (static_cast<double>(of_b) - static_cast<double>(b.size() * (b.size() + 1))) / 2;
  return test;
}

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

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return p_values[i] < p_values[j]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t place = 0; place < order.size(); ++place) {
    const auto left = static_cast<double>(order.size() - place);
    largest = std::max(largest, std::min(1.0, left * p_values[order[place]]));
    adjusted[order[place]] = largest;
  }
  return adjusted;
}

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
