// How far apart two groups are: the shift and its exact confidence interval.
//
// J. L. Hodges, E. L. Lehmann, "Estimates of location based on rank tests", Ann. Math. Statist. 34
// (1963) 598-611: the median of all differences between a value of b and one of a. The interval
// holds every shift that the rank test of mann_whitney.h does not reject at the level (M.
// Hollander, D. A. Wolfe, "Nonparametric Statistical Methods", 2nd ed. 1999, section 4.3). The
// distribution is that without ties: with ties the interval is wider than it had to be, never
// narrower.
#pragma once

#include <span>

namespace votebench::report {

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

}  // namespace votebench::report
