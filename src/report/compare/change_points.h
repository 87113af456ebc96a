// When did a series of nights change? Deterministic: the same series gives the same points.
//
// D. S. Matteson, N. A. James, "A nonparametric approach for multiple change point analysis of
// multivariate data", J. Amer. Statist. Assoc. 109 (2014) 334-345: a segment is split where the
// energy distance of its two parts is greatest (E-divisive, alpha = 1), and its parts are split
// again. The second part ends with the segment, as in Hunter: searching for its end as well found
// twice as many changes in series that have none. A stretch that comes and goes in the middle of a
// segment, which leaves both halves alike, is not found.
// M. Fleming, P. Kolaczkowski, I. Kumar, S. Das, S. McCarthy, P. Pattabhiraman, H. Ingo, "Hunter:
// using change point detection to hunt for performance regressions", ICPE 2023: Student's t-test
// (equal variances, two-sided) in the place of random permutations; windows that overlap by half;
// many points first, at ten times the level, of which the weakest is taken out until each that is
// left is significant between its neighbours and large enough.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace votebench::report {

struct ChangeRules {
  double level = 0.001;      // of the t-test
  std::size_t window = 50;   // values that are looked at together
  std::size_t shortest = 2;  // values between two points, at least 2
  double effect = 0.05;      // a smaller change of the medians is none
};

struct ChangePoint {
  std::size_t at = 0;  // the first value after the change
  double p_value = 1;
  double change =
      0;  // of the medians of the segments around it: -0.15 = 15 % less; may be infinite
};

// In the order of the values, which are finite and not below zero.
[[nodiscard]] std::vector<ChangePoint> change_points(std::span<const double> values,
                                                     const ChangeRules& rules = {});

// Where a segment splits best: the number of values before it, and the energy distance there.
struct Split {
  std::size_t at = 0;  // 0: too short to be split
  double distance = 0;
};
[[nodiscard]] Split best_split(std::span<const double> values, std::size_t shortest);

// Could two groups have one mean? Student's two-sample t-test, two-sided p-value; 1 where a group
// holds fewer than two values.
[[nodiscard]] double t_test(std::span<const double> a, std::span<const double> b);

}  // namespace votebench::report
