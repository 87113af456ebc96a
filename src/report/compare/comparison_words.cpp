#include "report/compare/comparison_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "core/text.h"
#include "report/words.h"

namespace votebench::report {
namespace {

// From here on a change is told as how many times as much: "x1,100".
constexpr double kTimes = 10;

// "x12", "x1,100": to two digits.
std::string times_text(double times) {
  const double unit = std::pow(10, std::floor(std::log10(times)) - 1);
  const double rounded = std::round(times / unit) * unit;
  return rounded < 1e15 ? "x" + format_count(static_cast<std::uint64_t>(std::llround(rounded)))
                        : fmt::format("x{:.1e}", rounded);
}

std::string percent(double share) {
  if (!std::isfinite(share)) return share > 0 ? "+inf" : "-inf";
  return share < kTimes ? fmt::format("{:+.1f}", share * 100) : times_text(1 + share);
}

std::string worse_headline(const Comparison& comparison) {
  std::vector<std::string> parts;
  for (const DefectComparison& defect : comparison.defects)
    if (defect.change == Change::more || defect.change == Change::new_kind)
      parts.push_back(fmt::format("{} {} in {} ({} in {} before)", counted(defect.b, "vote"),
                                  defect.name, counted(comparison.audited_b, "run"),
                                  format_count(defect.a), comparison.audited_a));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string metrics_with(const Comparison& comparison, Word word) {
  std::vector<std::string> parts;
  for (const MetricComparison& metric : comparison.metrics)
    if (metric.word == word)
      parts.push_back(fmt::format("{} {}", metric.metric.name, change_text(metric)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

bool any(const Comparison& comparison, Word word) {
  return std::ranges::any_of(comparison.metrics,
                             [word](const MetricComparison& m) { return m.word == word; });
}

struct Told {
  std::string_view word;
  std::string headline;
};

// Of runs that are compared in full, and no worse in correctness.
Told tell_performance(const Comparison& comparison) {
  if (any(comparison, Word::withheld))
    return {"NO VERDICT",
            "on performance: equal runs differ as much here; no worse in correctness"};
  if (any(comparison, Word::worse)) return {"REGRESSION", metrics_with(comparison, Word::worse)};
  if (any(comparison, Word::suspect))
    return {"SUSPECT", metrics_with(comparison, Word::suspect) + ", not confirmed"};
  if (any(comparison, Word::better)) return {"BETTER", metrics_with(comparison, Word::better)};
  if (any(comparison, Word::unclear)) return {"UNCLEAR", "no worse in correctness; too few runs"};
  if (any(comparison, Word::in_line)) return {"IN LINE", "with the runs before it"};
  return {"SAME", "in correctness and performance"};
}

Told tell_verdict(const Comparison& comparison) {
  switch (comparison.correctness) {
    case Correctness::not_compared:
      return {"NOT COMPARABLE", fmt::format("the scenarios differ in {}",
                                            counted(comparison.scenario.size(), "setting"))};
    case Correctness::worse:
      return {"WORSE", worse_headline(comparison)};
    case Correctness::unproven:
      return {"INCONCLUSIVE", "no increase is proven, and none is ruled out"};
    case Correctness::no_data:
      return {"INCONCLUSIVE", "a side has no run that was audited"};
    case Correctness::no_worse:
      break;
  }
  if (comparison.performance == Performance::judged) return tell_performance(comparison);
  return {"NO VERDICT", "on performance; no worse in correctness"};
}

// A tag that will still mean the same runs after further ones; empty: the side has none.
std::string lasting_tag(const Side& side) {
  const bool tag = side.name.starts_with('@') && side.name != "@latest" && side.name != "@prev" &&
                   !side.name.starts_with("@last:");
  return tag && side.name.find(',') == std::string::npos ? side.name : std::string();
}

class NextSteps {
 public:
  NextSteps(const Comparison& comparison, const Invocation& here)
      : comparison_(comparison), here_(here) {}

  void look_at_the_worst() {
    for (const RunFigures& run : comparison_.b.runs)
      for (std::size_t kind = 0; kind < kAllowableDefects.size(); ++kind)
        if (run.defects[kind] > 0 && lines_.empty()) add(command("report", {run.directory}));
  }

  // As many runs as a verdict needs, under names that a comparison can select. Nothing where it is
  // not known how the runs were made: others would be compared.
  void run_more(std::size_t times) {
    const std::string a = lasting_name(comparison_.a);
    const bool a_again = comparison_.counted_a < kFewestRuns || a.empty();
    const RunFigures& first_a = comparison_.a.runs.front();
    const RunFigures& first_b = comparison_.b.runs.front();
    if (!first_b.invocation || (a_again && !first_a.invocation)) return;
    if (a_again) repeat(first_a, times, "before");
    repeat(first_b, times, "after");
    Invocation compare = command("compare", {a_again ? "@before" : a, "@after"});
    if (reports() != kReports) compare.replace("--reports", reports());
    add(compare);
  }

  [[nodiscard]] std::vector<std::string> take() && { return std::move(lines_); }

 private:
  static constexpr const char* kReports = "reports";  // where votebench looks unless told

  // Where the comparison that is suggested looks for its runs.
  [[nodiscard]] std::string reports() const {
    return here_.value_of("--reports").value_or(kReports);
  }

  [[nodiscard]] bool is_found_there(const RunFigures& run) const {
    const std::filesystem::path directory = run.directory;
    return directory.parent_path().parent_path() == std::filesystem::path(reports());
  }

  [[nodiscard]] std::string lasting_name(const Side& side) const {
    if (side.runs.size() != 1) return lasting_tag(side);
    const RunFigures& run = side.runs.front();
    return is_found_there(run) ? run.id.substr(run.id.rfind('-') + 1) : run.directory;
  }

  // The run as it was made, stored where the comparison finds it.
  void repeat(const RunFigures& run, std::size_t times, std::string_view tag) {
    Invocation again = *run.invocation;
    const bool elsewhere = again.directory != here_.directory;
    const std::filesystem::path place = elsewhere ? here_.directory : "";
    if (!is_found_there(run)) again.replace("--reports", place / reports());
    again.options.push_back({"--repeat", std::to_string(times)});
    again.options.push_back({"--tag", std::string(tag)});
    add(again);
  }

  [[nodiscard]] Invocation command(const char* name,
                                   const std::vector<std::string>& arguments) const {
    Invocation next{here_.program, here_.directory, name, {}};
    for (const std::string& argument : arguments) next.options.push_back({"", argument});
    return next;
  }
  void add(const Invocation& next) { lines_.push_back(shell_text(next, here_.directory)); }

  const Comparison& comparison_;
  const Invocation& here_;
  std::vector<std::string> lines_;
};

}  // namespace

void tell(Comparison& comparison, const Invocation& here) {
  Told told = tell_verdict(comparison);
  comparison.word = told.word;
  comparison.headline = std::move(told.headline);
  NextSteps next(comparison, here);
  if (comparison.correctness == Correctness::worse) next.look_at_the_worst();
  const bool more = comparison.performance == Performance::too_few || comparison.word == "SUSPECT";
  if (comparison.correctness == Correctness::no_worse && more) next.run_more(kFewestRuns);
  comparison.next = std::move(next).take();
}

std::string figure_text(const PrimaryMetric& metric, const Figure& figure, bool unicode) {
  ThresholdResult value;
  value.unit = metric.unit;
  value.value = figure.value;
  value.at_least = figure.at_least;
  return threshold_value(value, unicode);
}

std::string change_text(double change) {
  return percent(change) + (std::isfinite(change) && change < kTimes ? " %" : "");
}

std::string change_text(const MetricComparison& metric) {
  return metric.change ? change_text(metric.change->estimate) : std::string(kNotMeasured);
}

std::string_view interval_title(const Comparison& comparison) {
  if (comparison.performance != Performance::judged) return "";
  const bool fenced = std::ranges::any_of(
      comparison.metrics, [](const MetricComparison& m) { return m.fence.has_value(); });
  return fenced ? "fence of A" : "95 % interval";
}

std::string interval_text(const MetricComparison& metric, bool unicode) {
  if (metric.fence) {
    const bool low = metric.metric.higher_is_better;
    const double limit = low ? metric.fence->low : metric.fence->high;
    if (!std::isfinite(limit)) return {};
    return fmt::format("{} {}", low ? "above" : "below",
                       figure_text(metric.metric, {std::max(limit, 0.0)}, unicode));
  }
  if (!metric.change) return {};
  return fmt::format("{} .. {}", percent(metric.change->low), percent(metric.change->high));
}

std::string_view to_string(Word word) {
  static constexpr std::array<std::string_view, 8> kWords{
      "", "same", "better", "worse", "unclear", "in line", "suspect", "withheld"};
  return kWords.at(static_cast<std::size_t>(word));
}

std::string remark_on(const MetricComparison& metric) {
  constexpr std::size_t kTooMany = 1000;
  if (metric.a.empty() && metric.b.empty()) return "not measured";
  if (metric.word != Word::unclear || !metric.needed) return {};
  if (*metric.needed > kTooMany) return "needs more than 1,000 runs a side";
  return fmt::format("needs ~{} runs a side", format_count(*metric.needed));
}

std::string change_of_defect(const DefectComparison& defect, std::size_t runs_b) {
  switch (defect.change) {
    case Change::new_kind:
      return fmt::format("new, in {} of {}", defect.runs_with_b, counted(runs_b, "run"));
    case Change::more:
      return fmt::format("more per run, in {} of {}", defect.runs_with_b, counted(runs_b, "run"));
    case Change::fewer:
      return defect.b == 0 ? "none any more" : "fewer per run";
    case Change::same:
      break;
  }
  return "as before";
}

std::string values_text(const std::vector<std::string>& values) {
  return fmt::format("{}", fmt::join(values, ", "));
}

std::string runs_text(const Side& side) {
  if (side.runs.empty()) return "no runs";
  if (side.runs.size() == 1) return side.runs.front().id;
  const auto [first, last] = std::ranges::minmax_element(side.runs, {}, &RunFigures::started);
  const auto second = [](const std::string& time) { return time.substr(0, 19) + "Z"; };
  return fmt::format("{} from {} to {}", counted(side.runs.size(), "run"), second(first->started),
                     second(last->started));
}

std::string why_no_performance(const Comparison& comparison) {
  if (comparison.performance == Performance::withheld)
    return "withheld: the runs were made in different environments";
  if (comparison.performance == Performance::too_few)
    return fmt::format("no verdict: A has {} that {}, B has {}; {} a side are needed",
                       counted(comparison.counted_a, "run"),
                       comparison.counted_a == 1 ? "counts" : "count", comparison.counted_b,
                       kFewestRuns);
  return {};
}

std::string equal_pairs_text(const EqualPairs& pairs) {
  std::string told = fmt::format("A/A here: {} of the last {} equal pairs told apart",
                                 pairs.told_apart, kEqualPairs);
  if (!pairs.too_many()) return told;
  return fmt::format("{}, at most {} may be: no difference is believed", told, kMostToldApart);
}

std::string exit_words(const Comparison& comparison) {
  if (comparison.correctness == Correctness::not_compared) return "not comparable";
  switch (comparison.exit) {
    case ExitCode::passed:
      if (comparison.word == "SUSPECT") return "no regression is confirmed";
      if (comparison.performance != Performance::judged || comparison.word == "UNCLEAR" ||
          comparison.word == "NO VERDICT")
        return "no worse in correctness, performance is not decided";
      return "no worse";
    case ExitCode::audit_failed:
      return "worse in correctness";
    case ExitCode::regression:
      return "confirmed regression";
    default:
      return "inconclusive: " + comparison.headline;
  }
}

}  // namespace votebench::report
