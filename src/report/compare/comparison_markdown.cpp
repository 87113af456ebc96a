#include <fmt/format.h>

#include "core/text.h"
#include "report/compare/comparison.h"
#include "report/compare/comparison_words.h"
#include "report/markdown.h"

namespace votebench::report {
namespace {

std::string_view sign(const Comparison& comparison) {
  const State state = state_of(comparison);
  if (state == State::open) return "❔ ";
  return state == State::good ? "✅ " : "❌ ";
}

std::string_view sign(Word word) {
  if (word == Word::worse) return "❌ ";
  if (word == Word::better) return "✅ ";
  return word == Word::unclear || word == Word::suspect ? "❔ " : "";
}

void add_side(std::string& text, char letter, const Side& side) {
  text += fmt::format("- **{}** {}: {}\n", letter, code(side.name), plain(runs_text(side)));
}

void add_differences(std::string& text, const std::vector<Difference>& found) {
  if (found.empty()) return;
  text += "\n| different | A | B |\n|---|---|---|\n";
  for (const Difference& difference : found)
    text += fmt::format("| {} | {} | {} |\n", code(difference.name),
                        code(values_text(difference.a)), code(values_text(difference.b)));
}

void add_defects(std::string& text, const Comparison& comparison) {
  text += fmt::format("\n| correctness (exact) | A ({}) | B ({}) | |\n|---|---:|---:|---|\n",
                      comparison.audited_a, comparison.audited_b);
  for (const DefectComparison& defect : comparison.defects)
    text += fmt::format("| {} | {} | {} | {} |\n", defect.name, format_count(defect.a),
                        format_count(defect.b), change_of_defect(defect, comparison.audited_b));
}

void add_metrics(std::string& text, const Comparison& comparison) {
  const std::string why = why_no_performance(comparison);
  if (!why.empty()) text += "\nPerformance " + why + ".\n";
  if (comparison.performance == Performance::withheld)
    return add_differences(text, comparison.environment);
  text += fmt::format(
      "\n| performance | A median | B median | change | {} | |\n"
      "|---|---:|---:|---:|---:|---|\n",
      interval_title(comparison));
  for (const MetricComparison& metric : comparison.metrics) {
    const std::string remark = remark_on(metric);
    const std::string_view word = to_string(metric.word);
    text += fmt::format("| {} | {} | {} | {} | {} | {}{}{}{} |\n", metric.metric.name,
                        figure_text(metric.metric, metric.median_a, true),
                        figure_text(metric.metric, metric.median_b, true), change_text(metric),
                        interval_text(metric, true), sign(metric.word), word,
                        word.empty() || remark.empty() ? "" : ", ", remark);
  }
}

}  // namespace

std::string comparison_markdown(const Comparison& comparison) {
  std::string text = fmt::format("## {}{}: {}\n\n{}\n\n", sign(comparison), comparison.word,
                                 plain(comparison.b.runs.front().scenario), comparison.headline);
  add_side(text, 'A', comparison.a);
  add_side(text, 'B', comparison.b);
  add_differences(text, comparison.scenario);
  if (comparison.scenario.empty()) {
    add_defects(text, comparison);
    add_differences(text, comparison.remarks);
    add_metrics(text, comparison);
  }
  if (!comparison.notes.empty()) text += "\n";
  for (const std::string& note : comparison.notes) text += "- " + plain(note) + "\n";
  if (!comparison.next.empty()) text += "\nNext:\n\n";
  for (const std::string& command : comparison.next)
    text += "    " + printable(command, 500) + "\n";
  return text;
}

}  // namespace votebench::report
