#include "report/compare/mann_whitney.h"

#include <algorithm>
#include <cmath>
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

}  // namespace votebench::report
