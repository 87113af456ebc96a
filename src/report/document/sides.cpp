#include "report/document/sides.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.h"
#include "report/compare/comparison_words.h"
#include "report/document/sections.h"
#include "report/words.h"

namespace votebench::report::sections {
namespace {

std::string name_of(const char* letter, const Side& side) {
  return fmt::format("{} ({})", letter, side.name);
}

Course median_course(const Side& side) {
  std::vector<Course> courses;
  for (const RunFigures& run : side.runs) courses.push_back(run.course);
  return median_of(courses);
}

double greatest(const Series& series) {
  double most = 0;
  for (const auto& value : series) most = std::max(most, value.value_or(0));
  return most;
}

// One level, as long as each side's medians are known.
void add_level(Section& section, const Comparison& comparison, Series Course::*which,
               const std::string& name) {
  std::array<Course, 2> courses{median_course(comparison.a), median_course(comparison.b)};
  if (courses[0].empty() || courses[1].empty()) return;
  const Nanoseconds step = std::max(courses[0].step, courses[1].step);
  Chart chart{name, name, "", "", Scale::time, Scale::per_second, false};
  chart.title = fmt::format("Votes {} per second, median of the runs", name);
  chart.finding =
      fmt::format("Votes {} per second over time, in steps of {}:", name, format_duration(step));
  chart.step = step;
  for (std::size_t i = 0; i < courses.size(); ++i) {
    const Side& side = i == 0 ? comparison.a : comparison.b;
    const std::string title = name_of(i == 0 ? "A" : "B", side);
    // In the longer one of the two steps.
    Course course = median_of({courses[i], Course{step, {}, {}}});
    chart.finding += fmt::format("{} {} at most {}/s", i == 0 ? "" : ",", title,
                                 rate_text(greatest(course.*which)));
    chart.curves.push_back({i == 0 ? "side-a" : "side-b", title, std::move(course.*which)});
  }
  chart.finding += ".";
  const std::vector<Told> columns{{"A, per second", rate_text, &chart.curves[0].series},
                                  {"B, per second", rate_text, &chart.curves[1].series}};
  Fold table = data_table(step, "from", columns, "Means over {} of the medians of each side.");
  if (section.add(std::move(chart), kFull)) section.add(std::move(table), kFull);
}

// The median run of a side at each share; one that most runs only know to be longer is left out.
Percentiles median_percentiles(const Side& side, Percentiles RunFigures::*which) {
  Percentiles medians;
  for (const double share : {0.5, 0.9, 0.99, 0.999}) {
    std::vector<double> values;
    for (const RunFigures& run : side.runs)
      for (const auto& [of, seconds] : run.*which)
        if (of == share) values.push_back(seconds);
    if (values.empty()) continue;
    if (const double middle = median(values); std::isfinite(middle))
      medians.emplace_back(share, middle);
  }
  return medians;
}

std::string time_at(const Percentiles& percentiles, double share) {
  const auto found = std::ranges::find(percentiles, share, &std::pair<double, double>::first);
  if (found == percentiles.end()) return std::string(kNotMeasured);
  return format_duration(Nanoseconds(std::llround(found->second * 1e9)));
}

void add_latency(Section& section, const Comparison& comparison, Percentiles RunFigures::*which,
                 const std::pair<std::string, std::string>& name) {
  Chart chart{name.first, name.first,   name.second + " by percentile, median of the runs",
              "",         Scale::share, Scale::duration,
              false};
  chart.finding = name.second + " by percentile:";
  Table table{{{"side"}, {"p50", true}, {"p90", true}, {"p99", true}, {"p99.9", true}}, {}};
  for (const Side* side : {&comparison.a, &comparison.b}) {
    const bool first = side == &comparison.a;
    const Percentiles medians = median_percentiles(*side, which);
    Curve curve{first ? "side-a" : "side-b", name_of(first ? "A" : "B", *side), {}};
    for (const auto& [share, seconds] : medians)
      curve.points.emplace_back(-std::log10(1 - share), seconds);
    chart.finding += fmt::format("{} {} p50 {}, p99 {}", first ? "" : ";", curve.name,
                                 time_at(medians, 0.5), time_at(medians, 0.99));
    Row row{{{curve.name}}};
    for (const double share : {0.5, 0.9, 0.99, 0.999})
      row.cells.push_back({time_at(medians, share)});
    table.rows.push_back(std::move(row));
    chart.curves.push_back(std::move(curve));
  }
  chart.finding += ".";
  if (section.add(std::move(chart), kFull))
    section.add(Fold{"Data table", {{std::move(table)}}}, kFull);
}

State state_of_change(const MetricComparison& metric) {
  switch (metric.word) {
    case Word::worse:
      return State::bad;
    case Word::better:
      return State::good;
    case Word::suspect:
      return State::open;
    default:
      return State::remark;
  }
}

}  // namespace

Section comparison_tiles(const Comparison& comparison) {
  Tiles tiles;
  for (const DefectComparison& defect : comparison.defects)
    if (defect.a + defect.b > 0 || defect.name == "lost")
      tiles.tiles.push_back({"Votes " + std::string(defect.name),
                             format_count(defect.a) + " → " + format_count(defect.b),
                             change_of_defect(defect, comparison.audited_b),
                             defect.change == Change::more || defect.change == Change::new_kind
                                 ? State::bad
                                 : State::remark});
  if (comparison.performance != Performance::withheld)
    for (const MetricComparison& metric : comparison.metrics)
      if (metric.change)
        tiles.tiles.push_back({std::string(metric.metric.name), change_text(metric),
                               figure_text(metric.metric, metric.median_a, true) + " → " +
                                   figure_text(metric.metric, metric.median_b, true),
                               state_of_change(metric)});
  Section section;
  section.add(std::move(tiles), kFull);
  return section;
}

Section side_by_side(const Comparison& comparison) {
  Section section{"courses", "", "A and B, side by side", kFull};
  if (comparison.performance == Performance::withheld) return section;
  add_level(section, comparison, &Course::accepted, "accepted");
  add_level(section, comparison, &Course::written, "written");
  add_latency(section, comparison, &RunFigures::response, {"response", "HTTP response time"});
  add_latency(section, comparison, &RunFigures::stored, {"stored", "End to end latency"});
  return section;
}

}  // namespace votebench::report::sections
