#include <fmt/format.h>

#include "core/text.h"
#include "report/compare/comparison.h"
#include "report/compare/comparison_words.h"
#include "report/text_page.h"
#include "report/words.h"

namespace votebench::report {
namespace {

// Where the columns of both tables end; the words begin two further.
constexpr std::size_t kName = 24;
constexpr std::size_t kA = 33;
constexpr std::size_t kB = 44;
constexpr std::size_t kChange = 54;
constexpr std::size_t kInterval = 71;
constexpr std::size_t kMostDifferences = 12;

State state_of(Change change) {
  if (change == Change::more || change == Change::new_kind) return State::bad;
  return change == Change::fewer ? State::good : State::remark;
}

State state_of(Word word) {
  switch (word) {
    case Word::worse:
      return State::bad;
    case Word::better:
      return State::good;
    case Word::unclear:
    case Word::suspect:
      return State::open;
    default:
      return State::remark;
  }
}

class ComparisonPage : private TextPage {
 public:
  ComparisonPage(const Comparison& comparison, const Style& style)
      : TextPage(style), comparison_(comparison) {}

  [[nodiscard]] std::string render(bool closing) {
    headline();
    side("A", comparison_.a);
    side("B", comparison_.b);
    differences("DIFFERENT", comparison_.scenario);
    if (comparison_.scenario.empty()) {
      correctness();
      performance();
    }
    for (const std::string& note : comparison_.notes) item(State::remark, safe(note));
    steps();
    if (closing)
      wrapped(
          "",
          fmt::format("exit {}: {}", static_cast<int>(comparison_.exit), exit_words(comparison_)),
          0);
    return take();
  }

 private:
  [[nodiscard]] Colour colour() const {
    const State state = state_of(comparison_);
    if (state == State::open) return Colour::warning;
    return state == State::good ? Colour::good : Colour::bad;
  }

  void headline() {
    const std::string name = clip(style_, safe(comparison_.b.runs.front().scenario), 40);
    const std::string row = paint(style_, colour(), comparison_.word) + "  " + name;
    if (display_width(row) + 3 + display_width(comparison_.headline) <= style_.width)
      return line(row + "   " + comparison_.headline);
    line(row);
    wrapped("", comparison_.headline, 2);
  }

  void side(std::string_view letter, const Side& side) {
    section(letter, fmt::format("{}  ({})", runs_text(side), safe(side.name)));
  }

  void differences(std::string_view title, const std::vector<Difference>& found) {
    if (found.empty()) return;
    section(title, "");
    for (std::size_t i = 0; i < std::min(found.size(), kMostDifferences); ++i)
      wrapped(
          "    " + safe(found[i].name) + "  ",
          fmt::format("A {} | B {}", safe(values_text(found[i].a)), safe(values_text(found[i].b))),
          24);
    if (found.size() > kMostDifferences)
      wrapped("", fmt::format("and {} more", found.size() - kMostDifferences), 24);
  }

  static std::string column(std::string row, std::string_view text, std::size_t end) {
    const std::size_t used = display_width(row) + 1;
    return row + " " + pad_left(std::string(text), end > used ? end - used : 0);
  }

  void correctness() {
    line(paint(
        style_, Colour::bold,
        column(column("  CORRECTNESS (exact)", "A " + counted(comparison_.audited_a, "run"), kA),
               "B " + counted(comparison_.audited_b, "run"), kB)));
    std::vector<std::string_view> clean;
    for (const DefectComparison& defect : comparison_.defects) {
      if (defect.a == 0 && defect.b == 0)
        clean.push_back(defect.name);
      else
        this->defect(defect);
    }
    if (!clean.empty())
      item(State::good, fmt::format("none {} on either side", fmt::join(clean, ", ")));
  }

  void defect(const DefectComparison& defect) {
    std::string row = fmt::format("    {} {}", mark(state_of(defect.change)), defect.name);
    row = column(column(std::move(row), format_count(defect.a), kA), format_count(defect.b), kB);
    wrapped(std::move(row) + "   ", change_of_defect(defect, comparison_.audited_b), kB + 3);
  }

  void performance() {
    for (const Difference& remark : comparison_.remarks)
      item(State::remark, fmt::format("{}: A {} | B {}", remark.name, safe(values_text(remark.a)),
                                      safe(values_text(remark.b))));
    const std::string why = why_no_performance(comparison_);
    if (comparison_.performance == Performance::withheld) {
      wrapped("  " + paint(style_, Colour::bold, "PERFORMANCE") + "   ", why, 0);
      return differences("DIFFERENT", comparison_.environment);
    }
    metric_head();
    for (const MetricComparison& metric : comparison_.metrics) this->metric(metric);
    if (!why.empty()) item(State::open, why);
  }

  void metric_head() {
    std::string row = column(column("  PERFORMANCE", "A median", kA), "B median", kB);
    row = column(std::move(row), "change", kChange);
    line(paint(style_, Colour::bold,
               column(std::move(row), interval_title(comparison_), kInterval)));
  }

  void metric(const MetricComparison& metric) {
    std::string row = fmt::format("    {} {}", mark(state_of(metric.word)), metric.metric.name);
    if (metric.a.empty() && metric.b.empty()) return line(pad_right(row, kName) + "not measured");
    row = column(std::move(row), figure_text(metric.metric, metric.median_a, style_.unicode), kA);
    row = column(std::move(row), figure_text(metric.metric, metric.median_b, style_.unicode), kB);
    row = column(std::move(row), change_text(metric), kChange);
    row = column(std::move(row), interval_text(metric, style_.unicode), kInterval);
    line(row + "  " + std::string(to_string(metric.word)));
    if (const std::string remark = remark_on(metric); !remark.empty()) wrapped("", remark, 6);
  }

  void steps() {
    for (std::size_t i = 0; i < comparison_.next.size(); ++i)
      command(i == 0 ? "  next     " : "           ", comparison_.next[i]);
  }

  const Comparison& comparison_;
};

}  // namespace

std::string comparison_text(const Comparison& comparison, const Style& style, bool closing) {
  return ComparisonPage(comparison, style).render(closing);
}

}  // namespace votebench::report
