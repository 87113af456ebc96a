// How many runs a side would settle a comparison that is unclear.
//
// G. E. Noether, "Sample size determination for some common nonparametric tests", J. Amer. Statist.
// Assoc. 82 (1987) 645-647: (z(1 - level/2) + z(power))^2 / (6 (p - 1/2)^2) a side, with p the
// chance that a run of b is above one of a; here for normal scatter around the two centres.
#pragma once

#include <cstddef>
#include <span>

namespace votebench::report {

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
