// The comparison of two groups of runs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/text.h"
#include "report/compare/comparison_words.h"
#include "report/document/documents.h"
#include "report/document/sides.h"
#include "report/words.h"

namespace votebench::report {
namespace {

constexpr std::size_t kMostDifferences = 12;  // on a terminal

constexpr const char* kGuide =
    "Every dot is one run: runs differ from each other more than the seconds within one. "
    "Correctness is exact, any increase per run fails. A metric is worse or better when the exact "
    "Mann-Whitney test, with Holm's correction over the primary metrics at 5 %, tells the groups "
    "apart and the change is at least 5 %; same when the 95 % interval of the change "
    "(Hodges-Lehmann) lies within ±5 %; otherwise unclear. One run against many is suspect beyond "
    "Tukey's fence.";

// Good, bad, or open where something is not decided.
State state_of_all(const Comparison& comparison) {
  if (comparison.exit == ExitCode::audit_failed || comparison.exit == ExitCode::regression)
    return State::bad;
  const bool decided =
      comparison.word == "SAME" || comparison.word == "BETTER" || comparison.word == "IN LINE";
  return decided ? State::good : State::open;
}

State state_of_change(Change change) {
  if (change == Change::more || change == Change::new_kind) return State::bad;
  return change == Change::fewer ? State::good : State::remark;
}

State state_of_word(Word word) {
  switch (word) {
    case Word::worse:
      return State::bad;
    case Word::better:
      return State::good;
    case Word::unclear:
    case Word::suspect:
    case Word::withheld:
      return State::open;
    default:
      return State::remark;
  }
}

// The sign of it on pages, where most are remarks.
std::optional<State> sign(State state) {
  return state == State::remark ? std::nullopt : std::optional(state);
}

void add_sides(Document& document, const Comparison& comparison) {
  Section pages{"runs", "", "Runs", kPages};
  List sides;
  for (const auto& [letter, side] :
       {std::pair("A", &comparison.a), std::pair("B", &comparison.b)}) {
    Section brief{"", letter, "", kBrief};
    brief.add(Paragraph{fmt::format("{}  ({})", runs_text(*side), side->name)});
    document.sections.push_back(std::move(brief));
    sides.items.emplace_back(State::remark, Words::strong(letter) + " " + Words::code(side->name) +
                                                (": " + runs_text(*side)));
  }
  pages.add(std::move(sides));
  for (const Side* side : {&comparison.a, &comparison.b}) {
    List runs;
    for (const RunFigures& run : side->runs)
      runs.items.emplace_back(State::remark, Words::code(run.directory));
    pages.add(Fold{side == &comparison.a ? "Runs of A" : "Runs of B", {{std::move(runs)}}}, kFull);
  }
  document.sections.push_back(std::move(pages));
}

Table difference_table(const std::vector<Difference>& found) {
  Table table{{{"different", false, 22},
               {"", false, 24, kBrief},
               {"A", false, 0, kPages},
               {"B", false, 0, kPages}},
              {}};
  for (const Difference& difference : found) {
    const std::string a = values_text(difference.a);
    const std::string b = values_text(difference.b);
    const bool brief = table.rows.size() < kMostDifferences;
    table.rows.push_back({{{Words::code(difference.name)},
                           {fmt::format("A {} | B {}", a, b)},
                           {Words::code(a)},
                           {Words::code(b)}}});
    if (!brief) table.rows.back().in = kPages;
  }
  if (found.size() > kMostDifferences) {
    Row more{{{""}, {fmt::format("and {} more", found.size() - kMostDifferences)}, {""}, {""}}};
    more.in = kBrief;
    table.rows.push_back(std::move(more));
  }
  return table;
}

void add_differences(Document& document, const std::vector<Difference>& found) {
  Section section{"", "DIFFERENT", "What differs"};
  section.add(difference_table(found));
  if (!section.blocks.empty()) document.sections.push_back(std::move(section));
}

Row defect_row(const DefectComparison& defect, std::size_t runs_b) {
  const State state = state_of_change(defect.change);
  Row row{{{std::string(defect.name)},
           {format_count(defect.a)},
           {format_count(defect.b)},
           {change_of_defect(defect, runs_b), sign(state)}},
          state};
  if (defect.a == 0 && defect.b == 0) row.in = kPages;
  return row;
}

// What a terminal says of the other defects, and of other targets.
void add_remarks(Section& section, const Comparison& comparison) {
  std::vector<std::string_view> clean;
  for (const DefectComparison& defect : comparison.defects)
    if (defect.a == 0 && defect.b == 0) clean.push_back(defect.name);
  List list;
  if (!clean.empty())
    list.items.emplace_back(State::good,
                            fmt::format("none {} on either side", fmt::join(clean, ", ")));
  for (const Difference& remark : comparison.remarks)
    list.items.emplace_back(
        State::remark,
        fmt::format("{}: A {} | B {}", remark.name, values_text(remark.a), values_text(remark.b)));
  section.add(std::move(list), kBrief);
}

void add_correctness(Document& document, const Comparison& comparison) {
  Section section{"correctness", "CORRECTNESS (exact)", "Correctness, exact"};
  Table table{{{"votes"},
               {"A " + counted(comparison.audited_a, "run"), true, 33},
               {"B " + counted(comparison.audited_b, "run"), true, 44},
               {"", false, 47}},
              {}};
  for (const DefectComparison& defect : comparison.defects)
    table.rows.push_back(defect_row(defect, comparison.audited_b));
  section.add(std::move(table));
  add_remarks(section, comparison);
  section.add(difference_table(comparison.remarks), kPages);
  document.sections.push_back(std::move(section));
}

std::vector<double> values_of(const std::vector<Figure>& figures) {
  std::vector<double> values;
  values.reserve(figures.size());
  for (const Figure& figure : figures) values.push_back(*figure.value);
  return values;
}

std::optional<double> dot_of(const Figure& median) {
  return median.at_least ? std::nullopt : median.value;
}

// The least or the greatest of all runs, as an axis has it.
std::string end_of(const MetricComparison& metric, bool least) {
  std::vector<double> all = values_of(metric.a);
  std::ranges::copy(values_of(metric.b), std::back_inserter(all));
  const auto [low, high] = std::ranges::minmax(all);
  return figure_text(metric.metric, {least ? low : high}, true);
}

Picture dots(const MetricComparison& metric) {
  if (metric.a.empty() && metric.b.empty()) return {};
  return RunDots{values_of(metric.a),
                 values_of(metric.b),
                 dot_of(metric.median_a),
                 dot_of(metric.median_b),
                 fmt::format("{}: median {} in A, {} in B", metric.metric.name,
                             figure_text(metric.metric, metric.median_a, true),
                             figure_text(metric.metric, metric.median_b, true)),
                 end_of(metric, true),
                 end_of(metric, false)};
}

Picture interval(const MetricComparison& metric, double reach) {
  if (!metric.change || metric.fence) return {};
  const Shift& change = *metric.change;
  return Interval{change.low,
                  change.estimate,
                  change.high,
                  reach,
                  kMinEffect,
                  fmt::format("{}: change {}, 95 % interval {}, in percent", metric.metric.name,
                              change_text(metric), interval_text(metric, true))};
}

// The widest end of any interval, so that all are on one scale.
double reach_of(const std::vector<MetricComparison>& metrics) {
  double most = 2 * kMinEffect;
  for (const MetricComparison& metric : metrics)
    if (metric.change)
      for (const double end : {metric.change->low, metric.change->high})
        if (std::isfinite(end)) most = std::max(most, std::abs(end));
  return std::min(most, 1.0);
}

Row metric_row(const MetricComparison& metric, double reach) {
  const State state = state_of_word(metric.word);
  const std::string remark = remark_on(metric);
  std::string word(to_string(metric.word));
  Cell verdict{word.empty() || remark.empty() ? word : word + ", " + remark, sign(state)};
  verdict.brief = word;
  Cell change{interval_text(metric, true)};
  change.picture = interval(metric, reach);
  Cell runs;
  runs.picture = dots(metric);
  Row row{{{std::string(metric.metric.name)},
           {figure_text(metric.metric, metric.median_a, true)},
           {figure_text(metric.metric, metric.median_b, true)},
           {change_text(metric)},
           std::move(change),
           std::move(verdict),
           std::move(runs)},
          state};
  if (metric.a.empty() && metric.b.empty())
    row.instead = remark;
  else
    row.below = remark;
  return row;
}

void add_performance(Document& document, const Comparison& comparison) {
  Section section{"performance", "PERFORMANCE", "Performance"};
  const std::string why = why_no_performance(comparison);
  if (!why.empty()) section.add(Paragraph{"Performance " + why + "."}, kPages);
  if (comparison.performance == Performance::withheld) {
    section.add(Paragraph{why}, kBrief);
    document.sections.push_back(std::move(section));
    return add_differences(document, comparison.environment);
  }
  Table table{{{"metric", false, 22},
               {"A median", true, 33},
               {"B median", true, 44},
               {"change", true, 54},
               {std::string(interval_title(comparison)), true, 71},
               {"", false, 73},
               {"runs, A above B", false, 0, kFull}},
              {}};
  const double reach = reach_of(comparison.metrics);
  for (const MetricComparison& metric : comparison.metrics)
    table.rows.push_back(metric_row(metric, reach));
  section.add(std::move(table));
  if (!why.empty()) section.add(List{"", {{State::open, why}}}, kBrief);
  if (const auto& pairs = comparison.equal_pairs)
    section.add(
        List{"", {{pairs->too_many() ? State::open : State::remark, equal_pairs_text(*pairs)}}});
  document.sections.push_back(std::move(section));
}

Heading comparison_heading(const Comparison& comparison) {
  Heading heading;
  heading.state = state_of_all(comparison);
  heading.word = comparison.word;
  heading.name = heading.title = comparison.b.runs.front().scenario;
  heading.headline = comparison.headline;
  heading.about.emplace_back(kSummary, comparison.headline);
  heading.meta = heading.name;
  return heading;
}

}  // namespace

Document comparison_document(const Comparison& comparison, bool closing) {
  Document document;
  document.heading = comparison_heading(comparison);
  if (comparison.scenario.empty())
    document.sections.push_back(sections::comparison_tiles(comparison));
  add_sides(document, comparison);
  add_differences(document, comparison.scenario);
  if (comparison.scenario.empty()) {
    add_correctness(document, comparison);
    add_performance(document, comparison);
    document.sections.push_back(sections::side_by_side(comparison));
  }
  Section notes{"", "", "Notes"};
  List list;
  for (const std::string& note : comparison.notes) list.items.emplace_back(State::remark, note);
  notes.add(std::move(list));
  if (!notes.blocks.empty()) document.sections.push_back(std::move(notes));
  document.next = comparison.next;
  if (closing)
    document.closing =
        fmt::format("exit {}: {}", static_cast<int>(comparison.exit), exit_words(comparison));
  document.footer = "comparison of " + comparison.a.name + " and " + comparison.b.name;
  document.guide = kGuide;
  return document;
}

}  // namespace votebench::report
