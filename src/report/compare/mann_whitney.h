// The exact two-sample rank test: could these two groups of runs come from one distribution?
//
// H. B. Mann, D. R. Whitney, "On a test of whether one of two random variables is stochastically
// larger than the other", Ann. Math. Statist. 18 (1947) 50-60. The distribution is the one over all
// ways to split the pooled values into groups of these sizes, counted exactly from their midranks,
// so ties need no correction (B. Streitberg, J. Roehmel, "Exact distributions for permutation and
// rank tests", Statist. Software Newsletter 12 (1986) 10-17).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace votebench::report {

// The time grows with the fourth power of the number of runs; this many a side take about 0.1 s.
inline constexpr std::size_t kMostRunsASide = 60;

struct RankTest {
  double u = 0;        // pairs in which b is the larger one, ties count half
  double p_value = 1;  // two-sided: of a split at least as far from the mean of u
};

// Values may be infinite, not NaN; neither group is empty or larger than kMostRunsASide. Depends on
// nothing but the order of the values.
[[nodiscard]] RankTest mann_whitney(std::span<const double> a, std::span<const double> b);

// How many of the splits of `ranks` have each sum: element s is the share of the ways to choose
// `size` of them whose sum is s. Shares add up to one.
[[nodiscard]] std::vector<double> rank_sum_distribution(std::span<const std::size_t> ranks,
                                                        std::size_t size);

}  // namespace votebench::report
