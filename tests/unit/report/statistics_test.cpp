// The statistics against what others published and against brute force: every way to split the
// values, with no code shared.
#include "report/compare/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "report/compare/run_figures.h"
#include "support/catch.h"

using namespace votebench::report;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Pairs in which b is above a, ties count half.
double pairs_above(const std::vector<double>& a, const std::vector<double>& b) {
  double u = 0;
  for (const double x : a)
    for (const double y : b) u += y > x ? 1 : y == x ? 0.5 : 0;
  return u;
}

double brute_force_p(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> pooled = a;
  pooled.insert(pooled.end(), b.begin(), b.end());
  std::vector<bool> in_b(pooled.size(), false);
  std::fill(in_b.end() - static_cast<std::ptrdiff_t>(b.size()), in_b.end(), true);
  const double mean = static_cast<double>(a.size() * b.size()) / 2;
  const double seen = std::abs(pairs_above(a, b) - mean);
  double far = 0;
  double all = 0;
  do {
    std::vector<double> x;
    std::vector<double> y;
    for (std::size_t i = 0; i < pooled.size(); ++i) (in_b[i] ? y : x).push_back(pooled[i]);
    ++all;
    far += std::abs(pairs_above(x, y) - mean) >= seen - 1e-9;
  } while (std::next_permutation(in_b.begin(), in_b.end()));
  return far / all;
}

struct Groups {
  std::vector<double> a;
  std::vector<double> b;
};

// Of 1 to `most` values each; few different ones, so that there are ties.
Groups random_groups(std::mt19937& random, std::size_t most, int different) {
  Groups groups;
  for (auto* group : {&groups.a, &groups.b})
    for (std::size_t i = 1 + random() % most; i > 0; --i)
      group->push_back(static_cast<double>(random() % static_cast<unsigned>(different)));
  return groups;
}

// Hollander & Wolfe (1999), example 4.1, page 110: permeability of the human chorioamnion.
const std::vector<double> kTerm{0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
const std::vector<double> kWeeks{1.15, 0.88, 0.90, 0.74, 1.21};

}  // namespace

TEST_CASE("published p-values, without and with ties") {
  // R, exactRankTests 0.8, tests/reg-tests.R: 0.2544 for Hollander & Wolfe's example.
  CHECK(mann_whitney(kTerm, kWeeks).p_value == Approx(0.2544).margin(0.00005));
  CHECK(mann_whitney(kWeeks, kTerm).u == 35);  // R's W = 35
  // SciPy's documentation of mannwhitneyu: U = 17, exact p = 0.1111.
  const std::vector<double> males{19, 22, 16, 29, 24};
  const std::vector<double> females{20, 11, 17, 12};
  CHECK(mann_whitney(females, males).u == 17);
  CHECK(mann_whitney(females, males).p_value == Approx(0.1111).margin(0.00005));
  // Bergmann, Ludbrook, Spooren, Amer. Statist. 54 (2000) 72-77: rotarod times, 19 of 24 tied, on
  // which eleven packages disagreed; exact two-sided 0.0373.
  const std::vector<double> control(12, 300);
  const std::vector<double> treated{22, 300, 75, 271, 300, 18, 300, 300, 163, 300, 300, 300};
  CHECK(mann_whitney(control, treated).p_value == Approx(0.0373).margin(0.00005));
}

TEST_CASE("the smallest p-values are those of the design") {
  const auto apart = [](std::size_t n) {
    return mann_whitney(std::vector<double>(n, 1), std::vector<double>(n, 2)).p_value;
  };
  CHECK(apart(3) == Approx(0.1));
  CHECK(apart(4) == Approx(0.0286).margin(0.0001));
  CHECK(apart(5) == Approx(0.0079).margin(0.0001));
  CHECK(apart(5) * static_cast<double>(kPrimaryMetrics.size()) < 0.05);
  CHECK(apart(5) * 7 > 0.05);
  CHECK(mann_whitney(std::vector<double>{1}, std::vector<double>{2}).p_value == 1);
}

TEST_CASE("the exact test agrees with counting every split") {
  std::mt19937 random(20261121);
  for (int round = 0; round < 300; ++round) {
    const Groups groups = random_groups(random, 6, round % 2 == 0 ? 5 : 1000);
    CHECK(mann_whitney(groups.a, groups.b).p_value ==
          Approx(brute_force_p(groups.a, groups.b)).margin(1e-12));
    CHECK(mann_whitney(groups.a, groups.b).u == pairs_above(groups.a, groups.b));
  }
}

TEST_CASE("the test is symmetric and knows nothing but the order") {
  std::mt19937 random(7);
  for (int round = 0; round < 100; ++round) {
    Groups groups = random_groups(random, 12, 20);
    const RankTest test = mann_whitney(groups.a, groups.b);
    const RankTest swapped = mann_whitney(groups.b, groups.a);
    CHECK(swapped.p_value == Approx(test.p_value).margin(1e-12));
    CHECK(test.u + swapped.u == static_cast<double>(groups.a.size() * groups.b.size()));
    std::shuffle(groups.a.begin(), groups.a.end(), random);
    for (auto* group : {&groups.a, &groups.b})
      for (double& value : *group) value = value >= 15 ? kInfinity : std::exp(value) + value;
    const RankTest transformed = mann_whitney(groups.a, groups.b);
    if (std::ranges::count(groups.a, kInfinity) + std::ranges::count(groups.b, kInfinity) <= 1)
      CHECK(transformed.p_value == Approx(test.p_value).margin(1e-12));
    CHECK(transformed.p_value <= 1);
  }
}

TEST_CASE("sixty runs a side are exact, and fast enough") {
  std::vector<double> a;
  std::vector<double> b;
  for (int i = 0; i < 60; ++i) {
    a.push_back(i);
    b.push_back(i + 0.5);
  }
  // U = 1830 of 3600; the normal approximation with continuity correction says 0.877.
  CHECK(mann_whitney(a, b).p_value == Approx(0.877).margin(0.002));
}

TEST_CASE("the published shift and its interval") {
  // exactRankTests, tests/reg-tests.R, and Hollander & Wolfe, page 126: -0.305 (-0.76, 0.15).
  const Shift shift = hodges_lehmann(kTerm, kWeeks, 0.95);
  CHECK(shift.estimate == Approx(-0.305));
  CHECK(shift.low == Approx(-0.76));
  CHECK(shift.high == Approx(0.15));
}

TEST_CASE("the interval holds exactly the shifts that the test does not reject") {
  std::mt19937 random(11);
  std::uniform_real_distribution<double> value(0, 10);
  for (int round = 0; round < 60; ++round) {
    Groups groups;
    for (std::size_t i = 4 + random() % 4; i > 0; --i) groups.a.push_back(value(random));
    for (std::size_t i = 4 + random() % 4; i > 0; --i) groups.b.push_back(value(random));
    const Shift shift = hodges_lehmann(groups.a, groups.b, 0.95);
    const auto rejects = [&](double by) {
      std::vector<double> moved = groups.b;
      for (double& v : moved) v -= by;
      return brute_force_p(groups.a, moved) <= 0.05;
    };
    CHECK(rejects(shift.low - 1e-6));
    CHECK_FALSE(rejects(shift.low + 1e-6));
    CHECK_FALSE(rejects(shift.estimate));
    CHECK_FALSE(rejects(shift.high - 1e-6));
    CHECK(rejects(shift.high + 1e-6));
  }
}

TEST_CASE("the shift follows its groups") {
  const Shift shift = hodges_lehmann(kTerm, kWeeks, 0.95);
  const Shift back = hodges_lehmann(kWeeks, kTerm, 0.95);
  CHECK(back.estimate == Approx(-shift.estimate));
  CHECK(back.low == Approx(-shift.high));
  std::vector<double> moved = kWeeks;
  for (double& value : moved) value += 3;
  CHECK(hodges_lehmann(kTerm, moved, 0.95).estimate == Approx(shift.estimate + 3));
}

TEST_CASE("the interval covers the true shift as often as it says") {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  int covered = 0;
  constexpr int kRounds = 2000;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> a(5);
    std::vector<double> b(5);
    for (double& value : a) value = normal(random);
    for (double& value : b) value = normal(random) + 1;
    const Shift shift = hodges_lehmann(a, b, 0.95);
    covered += shift.low <= 1 && 1 <= shift.high;
  }
  CHECK(covered > kRounds * 0.95);  // 5 v 5: 96.8 % exactly
  CHECK(covered < kRounds * 0.99);
}

TEST_CASE("values beyond measure leave the shift without bounds, never without a sign") {
  const std::vector<double> finite{1, 2, 3, 4, 5};
  const std::vector<double> beyond(5, kInfinity);
  const Shift up = hodges_lehmann(finite, beyond, 0.95);
  CHECK(up.estimate == kInfinity);
  CHECK(up.low == kInfinity);
  const Shift same = hodges_lehmann(beyond, beyond, 0.95);
  CHECK(same.estimate == 0);
  CHECK(same.high == 0);
  CHECK(mann_whitney(beyond, beyond).p_value == 1);
  const std::vector<double> both{-kInfinity, kInfinity};
  CHECK(hodges_lehmann(std::vector<double>{0}, both, 0.95).estimate == 0);
}

TEST_CASE("Holm's published example") {
  // The documentation of pingouin.multicomp (method holm).
  const std::vector<double> adjusted = holm(std::vector<double>{.50, .003, .32, .054, .0003});
  const std::vector<double> expected{.64, .012, .64, .162, .0015};
  REQUIRE(adjusted.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(adjusted[i] == Approx(expected[i]));
  CHECK(holm({}).empty());
}

TEST_CASE("Holm rejects what the step-down procedure rejects") {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> p(0, 0.1);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> values(1 + random() % 6);
    for (double& value : values) value = p(random);
    const std::vector<double> adjusted = holm(values);
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    std::size_t rejected = 0;
    while (rejected < sorted.size() &&
           sorted[rejected] <= 0.05 / static_cast<double>(sorted.size() - rejected))
      ++rejected;
    CHECK(static_cast<std::size_t>(std::ranges::count_if(
              adjusted, [](double value) { return value <= 0.05; })) == rejected);
  }
}

TEST_CASE("quartiles and the fence") {
  // R: quantile(c(1, 2, 4, 8), c(0.25, 0.5, 0.75)) is 1.75, 3, 5.
  const std::vector<double> values{8, 1, 4, 2};
  CHECK(quantile(values, 0.25) == Approx(1.75));
  CHECK(quantile(values, 0.5) == Approx(3));
  CHECK(quantile(values, 0.75) == Approx(5));
  CHECK(quantile(values, 1) == 8);
  CHECK(fence_of(values).low == Approx(1.75 - 1.5 * 3.25));
  CHECK(fence_of(values).high == Approx(5 + 1.5 * 3.25));
  const std::vector<double> beyond(4, kInfinity);
  CHECK(fence_of(beyond).high == kInfinity);
  CHECK(median(values) == 3);
}

TEST_CASE("runs needed are those of a simulation") {
  CHECK(normal_quantile(0.975) == Approx(1.959964));
  CHECK(normal_quantile(0.8) == Approx(0.841621));
  // Two groups whose scatter is exactly 1, a shift of 1.5: how many runs find it in 80 %?
  const std::vector<double> scatter{-std::sqrt(0.5), std::sqrt(0.5)};
  const std::size_t needed = runs_needed(scatter, scatter, {.shift = 1.5, .level = 0.05});
  std::mt19937 random(13);
  std::normal_distribution<double> normal;
  int found = 0;
  constexpr int kRounds = 1000;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> a(needed);
    std::vector<double> b(needed);
    for (double& value : a) value = normal(random);
    for (double& value : b) value = normal(random) + 1.5;
    found += mann_whitney(a, b).p_value <= 0.05;
  }
  INFO(needed << " runs a side found it " << found << " times of " << kRounds);
  CHECK(found > kRounds * 0.70);
  CHECK(found < kRounds * 0.95);
  CHECK(runs_needed(scatter, scatter, {.shift = 0.1}) > 100);
}
