// Nights made up for trends and for the history of a comparison: five runs each, one a day.
#pragma once

#include <random>

#include "comparison_world.h"

namespace votebench::report::tests {

// How a machine scatters: the nights around each other, and the runs of one night.
struct Scatter {
  double nights = 0;
  double runs = 0.01;
};

// Night `number` of 2026-10-22 on, of five runs with the tag night-<number>; `slower` as in five().
[[nodiscard]] std::vector<RunFigures> night(std::size_t number, double slower = 1);
// With scatter.
[[nodiscard]] std::vector<RunFigures> night(std::size_t number, std::mt19937& random,
                                            const Scatter& scatter, double slower = 1);
// The nights 0 to `count` - 1; from `changed` on they are `slower`.
struct Slowdown {
  std::size_t at = 1000;
  double slower = 1.15;
};
[[nodiscard]] std::vector<RunFigures> nights(std::size_t count, std::mt19937& random,
                                             const Scatter& scatter, const Slowdown& slowdown = {});
// Forty of a quiet machine: one regression, one improvement, a night that lost votes, runs left
// out.
[[nodiscard]] std::vector<RunFigures> eventful_nights();
// Everything that others can write holds markup, script and worse.
[[nodiscard]] std::vector<RunFigures> hostile_nights();

}  // namespace votebench::report::tests
