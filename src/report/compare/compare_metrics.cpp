// The performance half of a comparison: what two groups of numbers say about one metric.
#include <algorithm>
#include <cmath>
#include <limits>

#include "report/compare/compare.h"

namespace votebench::report {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A lower bound counts as beyond all that was measured: the votes behind it were never done.
double ranked(const Figure& figure) {
  if (figure.at_least) return kInfinity;
  return figure.value.value();
}

std::vector<double> ranked(const std::vector<Figure>& figures) {
  std::vector<double> values;
  for (const Figure& figure : figures) values.push_back(ranked(figure));
  return values;
}

std::vector<double> logarithms(std::vector<double> values) {
  for (double& value : values) value = value > 0 ? std::log(value) : -kInfinity;
  return values;
}

double relative(double shift) { return std::expm1(shift); }

bool large(double change) { return std::abs(change) >= kMinEffect; }

bool is_bad(const PrimaryMetric& metric, double change) {
  return metric.higher_is_better ? change < 0 : change > 0;
}

void test(MetricComparison& metric) {
  const std::vector<double> a = logarithms(ranked(metric.a));
  const std::vector<double> b = logarithms(ranked(metric.b));
  metric.p_value = mann_whitney(a, b).p_value;
  const Shift shift = hodges_lehmann(a, b, 1 - kLevel);
  metric.change = {relative(shift.estimate), relative(shift.low), relative(shift.high)};
}

// `family`: how many metrics are tested; Holm asks most of the first.
void estimate_needed(MetricComparison& metric, std::size_t family) {
  const std::vector<double> a = logarithms(ranked(metric.a));
  const std::vector<double> b = logarithms(ranked(metric.b));
  for (const auto* side : {&a, &b})
    for (const double value : *side)
      if (!std::isfinite(value)) return;
  const double shift =
      std::max(std::abs(std::log1p(metric.change->estimate)), std::log1p(kMinEffect));
  const std::size_t needed =
      runs_needed(a, b, {.shift = shift, .level = kLevel / static_cast<double>(family)});
  metric.needed = std::max(needed, std::max(a.size(), b.size()) + 1);
}

void decide(MetricComparison& metric, std::size_t family) {
  const Shift& change = *metric.change;
  if (*metric.adjusted <= kLevel && large(change.estimate)) {
    metric.word = is_bad(metric.metric, change.estimate) ? Word::worse : Word::better;
  } else if (!large(change.low) && !large(change.high)) {
    metric.word = Word::same;
  } else {
    metric.word = Word::unclear;
    estimate_needed(metric, family);
  }
}

void judge_groups(std::vector<MetricComparison>& metrics) {
  std::vector<double> p_values;
  std::vector<MetricComparison*> tested;
  for (MetricComparison& metric : metrics) {
    if (metric.a.size() < kFewestRuns || metric.b.size() < kFewestRuns) continue;
    test(metric);
    p_values.push_back(*metric.p_value);
    tested.push_back(&metric);
  }
  const std::vector<double> adjusted = holm(p_values);
  for (std::size_t i = 0; i < tested.size(); ++i) {
    tested[i]->adjusted = adjusted[i];
    decide(*tested[i], tested.size());
  }
}

// One run against those before it: no verdict, but a suspicion.
void judge_one(MetricComparison& metric) {
  if (metric.a.size() < kFewestForFence || metric.b.size() != 1) return;
  const std::vector<double> before = ranked(metric.a);
  const double now = ranked(metric.b.front());
  const double usual = median(before);
  metric.fence = fence_of(before);
  const double change = now == usual ? 0 : now / usual - 1;
  const bool beyond =
      metric.metric.higher_is_better ? now < metric.fence->low : now > metric.fence->high;
  metric.change = Shift{change, change, change};
  metric.word = beyond && large(change) ? Word::suspect : Word::in_line;
}

}  // namespace

std::vector<Figure> measured(const Runs& runs, std::size_t metric) {
  std::vector<Figure> figures;
  for (const RunFigures* run : runs)
    if (run->metrics.at(metric).value) figures.push_back(run->metrics[metric]);
  return figures;
}

Figure median_figure(std::vector<Figure> figures) {
  std::erase_if(figures, [](const Figure& figure) { return !figure.value; });
  if (figures.empty()) return {};
  const double middle = median(ranked(figures));
  if (std::isfinite(middle)) return {middle, false};
  std::vector<double> bounds;
  for (const Figure& figure : figures)
    if (figure.at_least) bounds.push_back(*figure.value);
  return {quantile(bounds, 0), true};
}

std::vector<MetricComparison> compare_metrics(const Runs& a, const Runs& b) {
  std::vector<MetricComparison> metrics;
  for (std::size_t i = 0; i < kPrimaryMetrics.size(); ++i) {
    MetricComparison metric;
    metric.metric = kPrimaryMetrics[i];
    metric.a = measured(a, i);
    metric.b = measured(b, i);
    metric.median_a = median_figure(metric.a);
    metric.median_b = median_figure(metric.b);
    metrics.push_back(std::move(metric));
  }
  judge_groups(metrics);
  for (MetricComparison& metric : metrics) judge_one(metric);
  return metrics;
}

}  // namespace votebench::report
