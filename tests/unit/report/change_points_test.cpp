// Change points against numbers worked out by hand, tables, and sums over all pairs with no code
// shared; and what is true of every series.
#include "report/compare/change_points.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "report/compare/statistics.h"
#include "support/catch.h"

using namespace votebench::report;

namespace {

using Values = std::vector<double>;

// Q of Matteson and James, as it is written.
double energy_distance(const Values& a, const Values& b) {
  const auto sum = [](const Values& x, const Values& y) {
    double total = 0;
    for (const double one : x)
      for (const double other : y) total += std::abs(one - other);
    return total;
  };
  const auto m = static_cast<double>(a.size());
  const auto n = static_cast<double>(b.size());
  const double energy =
      2 * sum(a, b) / (m * n) - sum(a, a) / (m * (m - 1)) - sum(b, b) / (n * (n - 1));
  return m * n / (m + n) * energy;
}

// Levels that stay for a while each, with a scatter of 2 %.
Values steps(std::mt19937& random, std::size_t length) {
  std::normal_distribution<double> normal;
  Values values;
  double level = 100;
  for (std::size_t i = 0; i < length; ++i) {
    if (random() % 15 == 0) level *= random() % 2 == 0 ? 1.25 : 0.8;
    values.push_back(level * (1 + 0.02 * normal(random)));
  }
  return values;
}

std::vector<std::size_t> places(const std::vector<ChangePoint>& points) {
  std::vector<std::size_t> at;
  for (const ChangePoint& point : points) at.push_back(point.at);
  return at;
}

}  // namespace

TEST_CASE("Student's t-test by hand and by table") {
  // Means 3 and 4, variances 2.5: t = 1 with 8 degrees of freedom. sin^2 = 1/9, cos^2 = 8/9:
  // 1 - (1 + 4/9 + 3/8 * 64/81 + 15/48 * 512/729) / 3 = 0.346594.
  CHECK(t_test(Values{1, 2, 3, 4, 5}, Values{2, 3, 4, 5, 6}) == Approx(0.346594).margin(1e-6));
  // Tables: 5 % at 4.303 (2 degrees of freedom) and 3.182 (3), 0.1 % at 4.587 (10).
  const double two = 4.3027 * std::sqrt(2.0);
  CHECK(t_test(Values{0, 2}, Values{two, two + 2}) == Approx(0.05).margin(1e-5));
  const double three = 1 + 3.1824 * std::sqrt(10.0 / 9);
  CHECK(t_test(Values{0, 2}, Values{three - 1, three, three + 1}) == Approx(0.05).margin(1e-5));
  const double ten = 4.5869 * std::sqrt(0.4);
  CHECK(t_test(Values{-1, 1, -1, 1, -1, 1}, Values{ten - 1, ten + 1, ten - 1, ten + 1, ten - 1,
                                                   ten + 1}) == Approx(0.001).margin(1e-6));
  CHECK(t_test(Values{1, 1}, Values{1, 1}) == 1);
  CHECK(t_test(Values{1, 1}, Values{2, 2}) == 0);
  CHECK(t_test(Values{1}, Values{2, 3, 4}) == 1);
}

TEST_CASE("the energy distance by hand") {
  // 2 v 3: 2 * 24/6 - 0 - 12/3 = 4, times 6/5. 3 v 2: 2 * 36/6 = 12, times 6/5.
  const Split split = best_split(Values{0, 0, 0, 6, 6}, 2);
  CHECK(split.at == 3);
  CHECK(split.distance == Approx(14.4));
  CHECK(best_split(Values{1, 1, 3}, 2).at == 0);
  CHECK(best_split(Values{1, 1, 3, 3}, 2).distance == Approx(4));
}

TEST_CASE("the best split is that of summing over all pairs") {
  std::mt19937 random(20261130);
  for (int round = 0; round < 200; ++round) {
    const Values values = steps(random, 4 + random() % 30);
    const Split split = best_split(values, 2);
    const auto distance = [&](auto at) {
      return energy_distance(Values(values.begin(), at), Values(at, values.end()));
    };
    double best = -1e300;
    for (auto at = values.begin() + 2; at <= values.end() - 2; ++at)
      best = std::max(best, distance(at));
    CHECK(split.distance == Approx(best));
    CHECK(distance(values.begin() + static_cast<std::ptrdiff_t>(split.at)) == Approx(best));
  }
}

TEST_CASE("one change, two changes, none") {
  const std::vector<ChangePoint> one =
      change_points(Values{10, 10.1, 9.9, 10, 10.1, 8.5, 8.6, 8.4, 8.5});
  REQUIRE(one.size() == 1);
  CHECK(one[0].at == 5);
  CHECK(one[0].change == Approx(-0.15));
  CHECK(one[0].p_value < 1e-6);
  const std::vector<ChangePoint> two =
      change_points(Values{10, 10.1, 9.9, 10, 12, 12.1, 11.9, 12, 15, 15.1, 14.9, 15});
  REQUIRE(places(two) == std::vector<std::size_t>{4, 8});
  CHECK(two[0].change == Approx(0.2));
  CHECK(change_points(Values{10, 10.1, 9.9, 10, 10.1, 9.9}).empty());
  CHECK(change_points(Values(80, 1.0)).empty());
  CHECK(change_points(Values{}).empty());
  CHECK(change_points(Values{1, 2, 3}).empty());
  // From nothing at all: a change beyond every share.
  CHECK(std::isinf(change_points(Values{0, 0, 0, 0, 5, 5, 5}).at(0).change));
}

TEST_CASE("one odd night is no change, and a small change is none however certain") {
  CHECK(change_points(Values{10, 10.1, 9.9, 10, 20, 10.1, 9.9, 10, 10.1}).empty());
  Values small(20, 100.0);
  for (std::size_t i = 10; i < 20; ++i) small[i] = 104;
  CHECK(change_points(small).empty());
  for (std::size_t i = 10; i < 20; ++i) small[i] = 106;
  CHECK(places(change_points(small)) == std::vector<std::size_t>{10});
}

TEST_CASE("what is true of every series") {
  std::mt19937 random(7);
  std::size_t found = 0;
  for (int round = 0; round < 300; ++round) {
    const Values values = steps(random, 4 + random() % 140);
    const std::vector<ChangePoint> points = change_points(values);
    found += points.size();
    std::vector<std::size_t> ends = places(points);
    CHECK(std::ranges::is_sorted(ends));
    ends.insert(ends.begin(), 0);
    ends.push_back(values.size());
    for (std::size_t i = 1; i + 1 < ends.size(); ++i) {
      const auto at = [&](std::size_t place) {
        return values.begin() + static_cast<std::ptrdiff_t>(place);
      };
      const Values before(at(ends[i - 1]), at(ends[i]));
      const Values after(at(ends[i]), at(ends[i + 1]));
      REQUIRE(before.size() >= 2);
      REQUIRE(after.size() >= 2);
      CHECK(t_test(before, after) < 0.001);
      CHECK(points[i - 1].change == Approx(median(after) / median(before) - 1));
      CHECK(std::abs(points[i - 1].change) >= 0.05);
    }
    Values scaled = values;
    for (double& value : scaled) value *= 1024;
    CHECK(places(change_points(scaled)) == places(points));
  }
  CHECK(found > 300);  // there was something to be true of
}

TEST_CASE("a change is found in any window of a long series, and again when nights are added") {
  std::mt19937 random(11);
  std::normal_distribution<double> normal;
  for (std::size_t at = 5; at < 195; at += 10) {
    Values values;
    for (std::size_t i = 0; i < 200; ++i)
      values.push_back((i < at ? 400 : 340) * (1 + 0.02 * normal(random)));
    const std::vector<ChangePoint> points = change_points(values);
    INFO("at " << at);
    REQUIRE(points.size() == 1);
    CHECK(std::abs(static_cast<double>(points[0].at) - static_cast<double>(at)) <= 1);
  }
}
