// Runs made up for comparisons: figures of a steady scenario with a little scatter.
#pragma once

#include <random>

#include "report/compare/compare.h"

namespace votebench::report::tests {

// Five runs whose times are `slower` times, and whose rates 1/`slower` times, the usual ones; they
// differ from each other by up to 0.4 %.
[[nodiscard]] Side five(const std::string& name, double slower = 1);
// Of the next day.
[[nodiscard]] Side five_more(const std::string& name, double slower = 1);
// The same runs under other names.
[[nodiscard]] Side slow_again(Side side);
// One run per night.
[[nodiscard]] Side nightlies(std::size_t nights);
struct Circumstances {
  double slower = 1;       // the target
  bool disturbed = false;  // the machine: one run of twenty is 30 % slower than it had to be
};
// Five runs with the scatter of a shared machine.
[[nodiscard]] Side scattered(const std::string& name, std::mt19937& random,
                             const Circumstances& circumstances);

// The `votebench compare` of these runs, in the folder where they were made.
[[nodiscard]] Invocation here();
[[nodiscard]] Comparison compared(Side a, Side b);
// Everything that others can write holds markup, script and worse.
[[nodiscard]] Comparison hostile_sides();

}  // namespace votebench::report::tests
