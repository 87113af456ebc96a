// The statistics of a comparison: exact tests and estimates for small groups of runs.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace votebench::report {

// The exact two-sample rank test: could these two groups of runs come from one distribution?
//
// H. B. Mann, D. R. Whitney, "On a test of whether one of two random variables is stochastically
// larger than the other", Ann. Math. Statist. 18 (1947) 50-60. The distribution is the one over all
// ways to split the pooled values into groups of these sizes, counted exactly from their midranks,
// so ties need no correction (B. Streitberg, J. Roehmel, "Exact distributions for permutation and
// rank tests", Statist. Software Newsletter 12 (1986) 10-17).

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

// How far apart two groups are: the shift and its exact confidence interval.
//
// J. L. Hodges, E. L. Lehmann, "Estimates of location based on rank tests", Ann. Math. Statist. 34
// (1963) 598-611: the median of all differences between a value of b and one of a. The interval
// holds every shift that the rank test above does not reject at the level (M.
// Hollander, D. A. Wolfe, "Nonparametric Statistical Methods", 2nd ed. 1999, section 4.3). The
// distribution is that without ties: with ties the interval is wider than it had to be, never
// narrower.

struct Shift {
  double estimate = 0;
  double low = 0;
  double high = 0;
};

// `confidence` in (0, 1): the interval has at least this level, or all of the differences where
// the groups are too small for it. Values may be infinite (not measurable, beyond all others):
// equal ones differ by 0, and bounds may be infinite. Neither group is empty.
[[nodiscard]] Shift hodges_lehmann(std::span<const double> a, std::span<const double> b,
                                   double confidence);

// The middle of the values: of an even number the mean of the two in the middle. Not empty.
[[nodiscard]] double median(std::span<const double> values);

// Several tests at once: p-values adjusted so that the chance of any false alarm among them stays
// at the level, however the tests depend on each other.
//
// S. Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6 (1979)
// 65-70. The i-th smallest of m p-values becomes the largest of (m - j + 1) p(j), j <= i.

// In the order of `p_values`, each at most 1.
[[nodiscard]] std::vector<double> holm(std::span<const double> p_values);

// Is one run out of line with the runs before it?
//
// J. W. Tukey, "Exploratory Data Analysis" (1977): beyond the upper fence Q3 + 1.5 (Q3 - Q1), or
// the lower one. Quartiles by linear interpolation (R. J. Hyndman, Y. Fan, "Sample quantiles in
// statistical packages", Amer. Statist. 50 (1996) 361-365, definition 7).

// Of identical runs, so many are needed for a fence that one more crosses in at most 4 % of cases.
inline constexpr std::size_t kFewestForFence = 10;

struct Fence {
  double low = 0;
  double high = 0;
};
// At least one value.
[[nodiscard]] Fence fence_of(std::span<const double> values);

// share in [0, 1]; at least one value.
[[nodiscard]] double quantile(std::span<const double> values, double share);

// How many runs a side would settle a comparison that is unclear.
//
// G. E. Noether, "Sample size determination for some common nonparametric tests", J. Amer. Statist.
// Assoc. 82 (1987) 645-647: (z(1 - level/2) + z(power))^2 / (6 (p - 1/2)^2) a side, with p the
// chance that a run of b is above one of a; here for normal scatter around the two centres.

struct Wanted {
  double shift = 0;  // to be found; not 0
  double level = 0.05;
  double power = 0.8;
};

// From the scatter within both groups, which hold finite values. At least two.
[[nodiscard]] std::size_t runs_needed(std::span<const double> a, std::span<const double> b,
                                      const Wanted& wanted);

// The point below which this share of the standard normal distribution lies; share in (0, 1).
[[nodiscard]] double normal_quantile(double share);

}  // namespace votebench::report
