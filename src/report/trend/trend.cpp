#include "report/trend/trend.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/counted.h"
#include "report/compare/comparison_words.h"

namespace votebench::report {
namespace {

constexpr std::size_t kDate = 10;  // characters of "2026-11-21T18:01:11.250Z"

// What is run now, and where: the newest run that was audited, if there is one.
std::optional<RunFigures> newest_of(const std::vector<RunFigures>& runs) {
  const auto rank = [](const RunFigures& run) { return std::pair(is_audited(run), run.began); };
  const auto newest = std::ranges::max_element(runs, {}, rank);
  return newest == runs.end() ? std::nullopt : std::optional(*newest);
}

// By their dates; with the time of day where two began on one.
std::vector<std::string> names_of(const std::vector<Night>& nights) {
  std::set<std::string> dates;
  for (const Night& night : nights) dates.insert(night.runs[0].started.substr(0, kDate));
  std::vector<std::string> names;
  for (const Night& night : nights) {
    const std::string& started = night.runs[0].started;
    const bool alone = dates.size() == nights.size() || started.size() < kDate + 9;
    names.push_back(started.substr(0, kDate));
    if (!alone) names.back() += " " + started.substr(kDate + 1, 8);
  }
  return names;
}

void look_at_defects(Trend& trend) {
  for (std::size_t i = 0; i < trend.nights.size(); ++i) {
    DefectNight night{i, {}, {}};
    bool open = false;
    for (const RunFigures& run : trend.nights[i].runs) {
      open |= run.audit == VerdictKind::inconclusive;
      std::uint64_t proven = 0;
      for (std::size_t kind = 0; kind < night.defects.size(); ++kind) {
        night.defects[kind] += run.defects[kind];
        proven += run.defects[kind];
      }
      if (proven > 0) night.runs.push_back(run.id);
    }
    if (open) trend.open.push_back(i);
    if (!night.runs.empty()) trend.defects.push_back(std::move(night));
  }
}

std::vector<MetricChange> changes_in(const Trend& trend, const MetricTrend& metric) {
  std::vector<MetricChange> changes;
  for (const ChangePoint& point : changes_of(metric.nights)) {
    const bool less = point.change < 0;
    changes.push_back({point, less == metric.metric.higher_is_better,
                       trend.nights[point.at].counted().front()->id});
  }
  return changes;
}

// Where runs went, if not all to one place. A local stack has another port every night.
std::vector<std::string> targets_of(const std::vector<Night>& nights) {
  std::vector<RunFigures> all;
  for (const Night& night : nights)
    for (const RunFigures* run : night.counted()) all.push_back(*run);
  Runs runs;
  for (RunFigures& run : all) {
    run.own_stack = true;
    runs.push_back(&run);
  }
  const std::vector<Difference> remarks = differences(runs, {}).remarks;
  return remarks.empty() ? std::vector<std::string>{} : remarks.front().a;
}

void measure(Trend& trend) {
  for (const Night& night : trend.nights) trend.counted += !night.counted().empty();
  if (trend.counted < kFewestNights) return;
  for (std::size_t i = 0; i < kPrimaryMetrics.size(); ++i) {
    MetricTrend metric{kPrimaryMetrics[i], figures_of(trend.nights, i), {}, {}};
    metric.median = median_figure(metric.nights);
    metric.changes = changes_in(trend, metric);
    trend.metrics.push_back(std::move(metric));
  }
  trend.targets = targets_of(trend.nights);
}

// The newest change of each metric.
std::vector<std::string> newest_changes(const Trend& trend) {
  std::vector<std::string> parts;
  for (const MetricTrend& metric : trend.metrics)
    if (!metric.changes.empty()) {
      const MetricChange& last = metric.changes.back();
      parts.push_back(fmt::format("{} {} since {}", metric.metric.name,
                                  change_text(last.point.change), trend.names[last.point.at]));
    }
  return parts;
}

void tell(Trend& trend) {
  const std::vector<std::string> changed = newest_changes(trend);
  std::vector<std::string> parts;
  if (!trend.defects.empty())
    parts.push_back(fmt::format("defects proven in {} of {}", trend.defects.size(),
                                counted(trend.nights.size(), "night")));
  if (trend.counted < kFewestNights) {
    trend.word = "NO TREND";
    trend.exit = ExitCode::inconclusive;
    parts.push_back(fmt::format("{}, at least {} are needed",
                                counted(trend.counted, "night that counts", "nights that count"),
                                kFewestNights));
  } else if (changed.empty()) {
    trend.word = "STEADY";
    parts.push_back(fmt::format("no change point in {}", counted(trend.counted, "night")));
  } else {
    trend.word = "CHANGED";
    parts.insert(parts.end(), changed.begin(), changed.end());
  }
  trend.headline = fmt::format("{}", fmt::join(parts, ", "));
}

// What makes one more night; nothing where it is not known how the others were made.
void suggest(Trend& trend, const std::optional<RunFigures>& newest, const Invocation& here) {
  if (trend.exit == ExitCode::passed || (newest && !newest->invocation)) return;
  Invocation run{here.program, here.directory, "run", {{"--votes", "1000"}, {"--clients", "40"}}};
  if (newest)
    run = *newest->invocation;
  else if (const auto reports = here.value_of("--reports"))
    run.replace("--reports", *reports);
  trend.next.push_back(shell_text(run, here.directory));
}

}  // namespace

Trend trend_of(std::vector<RunFigures> runs, std::optional<std::size_t> last,
               const Invocation& here) {
  Trend trend;
  const std::optional<RunFigures> newest = newest_of(runs);
  if (newest) {
    trend.scenario = newest->scenario;
    History history = history_of(std::move(runs), *newest);
    trend.nights = std::move(history.nights);
    trend.left_out = std::move(history.left_out);
  }
  if (last && *last < trend.nights.size())
    trend.nights.erase(trend.nights.begin(),
                       trend.nights.end() - static_cast<std::ptrdiff_t>(*last));
  trend.names = names_of(trend.nights);
  look_at_defects(trend);
  measure(trend);
  tell(trend);
  suggest(trend, newest, here);
  return trend;
}

std::string change_text(const Trend& trend, const MetricChange& change) {
  return fmt::format("since {}: {}, {}", trend.names[change.point.at],
                     change_text(change.point.change), change.run);
}

std::string defects_text(const DefectNight& night) {
  std::vector<std::string> parts;
  for (std::size_t kind = 0; kind < night.defects.size(); ++kind)
    if (night.defects[kind] > 0)
      parts.push_back(fmt::format("{} {}", format_count(night.defects[kind]),
                                  to_string(kAllowableDefects[kind].vote_class)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace votebench::report
