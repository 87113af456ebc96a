#include "report/compare/change_points.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "core/check.h"
#include "report/compare/statistics.h"

namespace votebench::report {
namespace {

using Values = std::span<const double>;
using Places = std::vector<std::size_t>;

// Sums of |x - y| over rectangles of pairs, each in one step.
class Distances {
 public:
  explicit Distances(Values values) : width_(values.size() + 1), sums_(width_ * width_) {
    for (std::size_t i = 0; i < values.size(); ++i)
      for (std::size_t j = 0; j < values.size(); ++j)
        sums_[(i + 1) * width_ + j + 1] =
            std::abs(values[i] - values[j]) + upto(i, j + 1) + upto(i + 1, j) - upto(i, j);
  }
  // Of the values before `at` with those from there on.
  [[nodiscard]] double between(std::size_t at) const { return upto(at, width_ - 1) - upto(at, at); }
  // Of the pairs of values in [from, to), each once.
  [[nodiscard]] double within(std::size_t from, std::size_t to) const {
    return (upto(to, to) - upto(from, to) - upto(to, from) + upto(from, from)) / 2;
  }

 private:
  [[nodiscard]] double upto(std::size_t i, std::size_t j) const { return sums_[i * width_ + j]; }

  std::size_t width_;
  std::vector<double> sums_;
};

double mean_of(Values values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double squares_around(double mean, Values values) {
  return std::accumulate(values.begin(), values.end(), 0.0,
                         [mean](double sum, double v) { return sum + (v - mean) * (v - mean); });
}

// The chance that Student's t with `freedom` degrees lies beyond +-t: the finite series of M.
// Abramowitz, I. A. Stegun, "Handbook of Mathematical Functions" (1964), 26.7.3 and 26.7.4.
double beyond_t(double t, std::size_t freedom) {
  const double angle = std::atan(t / std::sqrt(static_cast<double>(freedom)));
  const double cosine = std::cos(angle);
  const bool odd = freedom % 2 == 1;
  double term = odd ? cosine : 1;
  double sum = freedom == 1 ? 0 : term;
  for (std::size_t k = odd ? 3 : 2; k < freedom; k += 2) {
    term *= static_cast<double>(k - 1) / static_cast<double>(k) * cosine * cosine;
    sum += term;
  }
  const double within =
      odd ? 2 / std::numbers::pi * (angle + std::sin(angle) * sum) : std::sin(angle) * sum;
  return std::clamp(1 - within, 0.0, 1.0);
}

// Student's test of the two segments on both sides of the point `i` of `ends`, which begins with 0
// and ends with the number of values.
ChangePoint point_between(Values values, const Places& ends, std::size_t i) {
  const Values before = values.subspan(ends[i - 1], ends[i] - ends[i - 1]);
  const Values after = values.subspan(ends[i], ends[i + 1] - ends[i]);
  const double was = median(before);
  const double is = median(after);
  return {ends[i], t_test(before, after), is == was ? 0 : is / was - 1};
}

void split(Values values, std::size_t first, const ChangeRules& rules, Places& found) {
  constexpr double kFirstPass = 10;  // times the level
  const std::size_t at = best_split(values, rules.shortest).at;
  if (at == 0 || t_test(values.first(at), values.subspan(at)) >= kFirstPass * rules.level) return;
  split(values.first(at), first, rules, found);
  found.push_back(first + at);
  split(values.subspan(at), first + at, rules, found);
}

// The points of all windows, and the two ends of the values.
Places candidates(Values values, const ChangeRules& rules) {
  Places ends{0};
  for (std::size_t start = 0; start < values.size();) {
    Places found;
    split(values.subspan(start, std::min(rules.window, values.size() - start)), start, rules,
          found);
    ends.insert(ends.end(), found.begin(), found.end());
    start = std::max(found.empty() ? 0 : found.back(), start + rules.window / 2);
  }
  ends.push_back(values.size());
  return ends;
}

// The weakest point that may not stay: the least significant one, then the smallest change.
std::vector<ChangePoint>::const_iterator weakest(const std::vector<ChangePoint>& points,
                                                 const ChangeRules& rules) {
  const auto unsure = std::ranges::max_element(points, {}, &ChangePoint::p_value);
  if (unsure == points.end() || unsure->p_value >= rules.level) return unsure;
  const auto small =
      std::ranges::min_element(points, {}, [](const auto& p) { return std::abs(p.change); });
  return std::abs(small->change) < rules.effect ? small : points.end();
}

}  // namespace

double t_test(Values a, Values b) {
  if (a.size() < 2 || b.size() < 2) return 1;
  const double mean_a = mean_of(a);
  const double mean_b = mean_of(b);
  const std::size_t freedom = a.size() + b.size() - 2;
  const double variance =
      (squares_around(mean_a, a) + squares_around(mean_b, b)) / static_cast<double>(freedom);
  const double error =
      std::sqrt(variance * (1 / static_cast<double>(a.size()) + 1 / static_cast<double>(b.size())));
  const double apart = std::abs(mean_b - mean_a);
  if (error == 0) return apart == 0 ? 1 : 0;
  return beyond_t(apart / error, freedom);
}

Split best_split(Values values, std::size_t shortest) {
  CHECK_THAT_HOLDS(shortest >= 2);
  const Distances distances(values);
  Split best;
  for (std::size_t at = shortest; at + shortest <= values.size(); ++at) {
    const auto m = static_cast<double>(at);
    const auto n = static_cast<double>(values.size() - at);
    const double energy = 2 / (m * n) * distances.between(at) -
                          2 / (m * (m - 1)) * distances.within(0, at) -
                          2 / (n * (n - 1)) * distances.within(at, values.size());
    const double distance = m * n / (m + n) * energy;
    if (best.at == 0 || distance > best.distance) best = {at, distance};
  }
  return best;
}

std::vector<ChangePoint> change_points(Values values, const ChangeRules& rules) {
  Places ends = candidates(values, rules);
  while (true) {
    std::vector<ChangePoint> points;
    for (std::size_t i = 1; i + 1 < ends.size(); ++i) {
      points.push_back(point_between(values, ends, i));
      const std::size_t shorter = std::min(ends[i] - ends[i - 1], ends[i + 1] - ends[i]);
      if (shorter < rules.shortest) points.back().p_value = 1;
    }
    const auto gone = weakest(points, rules);
    if (gone == points.cend()) return points;
    std::erase(ends, gone->at);
  }
}

}  // namespace votebench::report
