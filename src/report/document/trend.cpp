// A scenario over many nights.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/counted.h"
#include "report/compare/comparison_words.h"
#include "report/document/documents.h"

namespace votebench::report {
namespace {

constexpr std::size_t kMostListed = 8;  // on a terminal

constexpr const char* kTrendGuide =
    "Every dot is one night: the median of the runs of that night, or its one run. A line is the "
    "median of the nights between two changes. A change point is where E-divisive (Matteson and "
    "James, 2014) splits the nights and Student's t-test, at a level of 0.001, tells both sides "
    "apart "
    "(Hunter, ICPE 2023), with two nights a side at least and a change of at least 5 %. Proven "
    "defects are counted night by night and averaged nowhere. A trend informs, it judges nothing.";

State state_of(const MetricTrend& metric) {
  if (metric.changes.empty()) return State::remark;
  return metric.changes.back().worse ? State::bad : State::good;
}

State state_of(const Trend& trend) {
  const bool worse = std::ranges::any_of(
      trend.metrics, [](const MetricTrend& metric) { return state_of(metric) == State::bad; });
  if (worse || !trend.defects.empty()) return State::bad;
  return trend.metrics.empty() ? State::open : State::good;
}

std::string nights_text(const Trend& trend) {
  if (trend.nights.empty()) return "none";
  std::size_t runs = 0;
  for (const Night& night : trend.nights) runs += night.runs.size();
  return fmt::format("{} from {} to {}, {}", trend.nights.size(), trend.names.front(),
                     trend.names.back(), counted(runs, "run"));
}

std::string named(const std::vector<std::string>& runs) {
  constexpr std::size_t kMostNamed = 3;
  std::vector<std::string> some(
      runs.begin(), runs.begin() + static_cast<std::ptrdiff_t>(std::min(runs.size(), kMostNamed)));
  if (runs.size() > kMostNamed) some.push_back(fmt::format("{} more", runs.size() - kMostNamed));
  return values_text(some);
}

void add_correctness(Document& document, const Trend& trend) {
  if (trend.nights.empty()) return;
  Section section{"correctness", "CORRECTNESS (exact)", "Correctness, exact"};
  List list{"", {}, true, kMostListed};
  for (const DefectNight& night : trend.defects)
    list.items.emplace_back(State::bad, fmt::format("{}: {}, {}", trend.names[night.night],
                                                    defects_text(night), named(night.runs)));
  const std::size_t clean = trend.nights.size() - trend.defects.size();
  if (clean > 0)
    list.items.emplace_back(
        trend.defects.empty() ? State::good : State::remark,
        fmt::format("no defect proven in {}{}", trend.defects.empty() ? "" : "the other ",
                    counted(clean, "night")));
  if (!trend.open.empty()) {
    std::vector<std::string> names;
    for (const std::size_t night : trend.open) names.push_back(trend.names[night]);
    list.items.emplace_back(State::open, fmt::format("not all was proven in {}: {}",
                                                     counted(names.size(), "night"), named(names)));
  }
  section.add(std::move(list));
  document.sections.push_back(std::move(section));
}

std::string changes_text(const Trend& trend, const MetricTrend& metric) {
  std::vector<std::string> parts;
  for (const MetricChange& change : metric.changes) parts.push_back(change_text(trend, change));
  return fmt::format("{}", fmt::join(parts, "; "));
}

Row metric_row(const Trend& trend, const MetricTrend& metric) {
  const std::string changes = changes_text(trend, metric);
  const State state = state_of(metric);
  Cell spark;
  Spark series{{}, "written"};
  for (const Figure& figure : metric.nights) series.series.push_back(figure.value);
  spark.picture = std::move(series);
  Row row{{{std::string(metric.metric.name)},
           {figure_text(metric.metric, metric.median, true)},
           std::move(spark),
           {changes.empty() ? "none" : changes,
            state == State::remark ? std::nullopt : std::optional(state)}},
          state};
  if (metric.median.value)
    row.below = changes;
  else
    row.instead = "not measured";
  return row;
}

// A round number of which three to seven make `high`.
double step_below(double high) {
  const double power = std::pow(10, std::floor(std::log10(high / 3)));
  for (const double factor : {5.0, 2.0})
    if (factor * power * 3 <= high) return factor * power;
  return power;
}

std::vector<NightChart::Stretch> stretches_of(const MetricTrend& metric) {
  std::vector<std::size_t> ends{0};
  for (const MetricChange& change : metric.changes) ends.push_back(change.point.at);
  ends.push_back(metric.nights.size());
  std::vector<NightChart::Stretch> stretches;
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
    const auto begin = metric.nights.begin();
    const Figure median =
        median_figure(std::vector<Figure>(begin + static_cast<std::ptrdiff_t>(ends[i]),
                                          begin + static_cast<std::ptrdiff_t>(ends[i + 1])));
    stretches.push_back({ends[i], ends[i + 1], median.value.value_or(0)});
  }
  return stretches;
}

NightChart chart_of(const Trend& trend, const MetricTrend& metric) {
  NightChart chart;
  chart.id = chart.title = std::string(metric.metric.name);
  std::ranges::replace(chart.id, '.', '-');
  double high = 0;
  for (std::size_t i = 0; i < metric.nights.size(); ++i) {
    const Figure& figure = metric.nights[i];
    const bool marked =
        std::ranges::find(trend.defects, i, &DefectNight::night) != trend.defects.end();
    chart.nights.push_back(
        {trend.names[i], figure_text(metric.metric, figure, true), figure.value, marked});
    high = std::max(high, figure.value.value_or(0));
  }
  chart.stretches = stretches_of(metric);
  chart.high = high > 0 ? high * 1.05 : 1;
  const double step = step_below(chart.high);
  for (int tick = 0; tick * step <= chart.high; ++tick)
    chart.ticks.emplace_back(tick * step, figure_text(metric.metric, {tick * step}, true));
  const std::string changes = changes_text(trend, metric);
  chart.finding =
      fmt::format("{} over {}: median {}, {}", metric.metric.name, counted(trend.counted, "night"),
                  figure_text(metric.metric, metric.median, true),
                  changes.empty() ? "no change point" : changes);
  return chart;
}

Fold numbers(const Trend& trend) {
  Table table{{{"night"}, {"runs", true}}, {}};
  for (const MetricTrend& metric : trend.metrics)
    table.columns.push_back({std::string(metric.metric.name), true});
  table.columns.push_back({"proven"});
  for (std::size_t i = 0; i < trend.nights.size(); ++i) {
    const auto defects = std::ranges::find(trend.defects, i, &DefectNight::night);
    const bool bad = defects != trend.defects.end();
    Row row{{{trend.names[i]}, {format_count(trend.nights[i].counted().size())}}, {}};
    for (const MetricTrend& metric : trend.metrics)
      row.cells.push_back({figure_text(metric.metric, metric.nights[i], true)});
    row.cells.push_back({bad ? defects_text(*defects) : "none"});
    if (bad) row.state = State::bad;
    table.rows.push_back(std::move(row));
  }
  return {"Numbers of each night", {{std::move(table)}}};
}

std::string level_text() {
  return fmt::format("of metrics that never change at most {:.0f} % show a change in 40 nights",
                     100 * kFalseAlarms);
}

void add_performance(Document& document, const Trend& trend) {
  if (trend.metrics.empty()) return;
  Section section{"performance", "PERFORMANCE", "Performance"};
  Table table{{{"metric", false, 22},
               {"median", true, 33},
               {"", false, 35, kBrief},
               {"change points", false, 0, kPages}},
              {}};
  for (const MetricTrend& metric : trend.metrics) table.rows.push_back(metric_row(trend, metric));
  section.add(std::move(table));
  section.add(List{"", {{State::remark, level_text()}}});
  for (const MetricTrend& metric : trend.metrics) {
    if (!metric.median.value) continue;
    section.add(chart_of(trend, metric), kFull);
    List changes{"", {}, false, 0, true};
    for (const MetricChange& change : metric.changes)
      changes.items.emplace_back(change.worse ? State::bad : State::good,
                                 change_text(trend, change));
    section.add(std::move(changes), kFull);
  }
  section.add(numbers(trend), kFull);
  document.sections.push_back(std::move(section));
}

void add_left_out(Document& document, const Trend& trend) {
  Section section{"left-out", "LEFT OUT", "Left out"};
  List list{"", {}, true, kMostListed};
  for (const LeftOut& left : trend.left_out)
    list.items.emplace_back(
        State::remark,
        fmt::format("{}: {}: {}", counted(left.runs.size(), "run"), left.why, named(left.runs)));
  if (!trend.targets.empty())
    list.items.emplace_back(State::open,
                            "not left out, though their targets differ: " + named(trend.targets));
  section.add(std::move(list));
  if (!section.blocks.empty()) document.sections.push_back(std::move(section));
}

}  // namespace

Document trend_document(const Trend& trend) {
  Document document;
  Heading& heading = document.heading;
  heading.state = state_of(trend);
  heading.word = trend.word;
  heading.name = heading.title = heading.meta = trend.scenario;
  heading.headline = trend.headline;
  heading.about.emplace_back(kSummary, trend.headline);
  heading.about.emplace_back(kFull, "Nights: " + nights_text(trend));
  Section nights{"", "NIGHTS", "", kBrief | kSummary};
  nights.add(Paragraph{nights_text(trend)}, kBrief);
  nights.add(Paragraph{"Nights: " + nights_text(trend)}, kSummary);
  document.sections.push_back(std::move(nights));
  add_correctness(document, trend);
  add_performance(document, trend);
  add_left_out(document, trend);
  document.next = trend.next;
  document.closing =
      fmt::format("exit {}: {}", static_cast<int>(trend.exit),
                  trend.exit == ExitCode::passed ? "a trend informs, it judges nothing"
                                                 : "inconclusive: " + trend.headline);
  document.footer = "trend of " + trend.scenario;
  document.guide = kTrendGuide;
  return document;
}

}  // namespace votebench::report
