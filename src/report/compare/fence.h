// Is one run out of line with the runs before it?
//
// J. W. Tukey, "Exploratory Data Analysis" (1977): beyond the upper fence Q3 + 1.5 (Q3 - Q1), or
// the lower one. Quartiles by linear interpolation (R. J. Hyndman, Y. Fan, "Sample quantiles in
// statistical packages", Amer. Statist. 50 (1996) 361-365, definition 7).
#pragma once

#include <cstddef>
#include <span>

namespace votebench::report {

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

}  // namespace votebench::report
