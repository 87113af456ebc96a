#include "report/compare/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/compare/comparison_words.h"

namespace votebench::report {
namespace {

// "processors 4, not 2; kernel 6.1, not 6.6 and 3 more"
std::string differences_text(const std::vector<Difference>& found) {
  constexpr std::size_t kMostSaid = 2;
  std::vector<std::string> parts;
  for (const Difference& difference : found)
    if (parts.size() < kMostSaid)
      parts.push_back(fmt::format("{} {}, not {}", difference.name, values_text(difference.a),
                                  values_text(difference.b)));
  const std::size_t more = found.size() - parts.size();
  return fmt::format("{}{}", fmt::join(parts, "; "),
                     more == 0 ? "" : fmt::format("; and {} more", more));
}

// Why nothing of a run counts; empty: something does.
std::string why_out(const RunFigures& run, const Differences& found) {
  if (!found.scenario.empty()) return "another scenario: " + differences_text(found.scenario);
  if (!run.audited) return "nothing was audited";
  return is_audited(run) ? "" : "the auditor's own check failed";
}

void leave_out(std::vector<LeftOut>& all, const std::string& why, const RunFigures& run) {
  auto known = std::ranges::find(all, why, &LeftOut::why);
  if (known == all.end()) known = all.insert(all.end(), {why, {}});
  known->runs.push_back(run.id);
}

std::vector<Night> nights_of(std::vector<RunFigures> runs) {
  std::vector<Night> nights;
  std::map<std::string, std::size_t> last;  // night of a tag
  for (RunFigures& run : runs) {
    const std::string tag = run.tags.empty() ? "" : run.tags.front();
    const auto known = tag.empty() ? last.end() : last.find(tag);
    if (known != last.end() && run.began - nights[known->second].runs[0].began < kOneNight) {
      nights[known->second].runs.push_back(std::move(run));
      continue;
    }
    if (!tag.empty()) last[tag] = nights.size();
    nights.push_back({{std::move(run)}});
  }
  return nights;
}

Runs some_of(Runs runs) {
  if (runs.size() > kMostRunsASide) runs.resize(kMostRunsASide);
  return runs;
}

bool told_apart(const Runs& a, const Runs& b) {
  return std::ranges::any_of(compare_metrics(a, b), [](const MetricComparison& metric) {
    return metric.word == Word::worse || metric.word == Word::better;
  });
}

// The nights at which a metric is another one from there on.
std::vector<std::size_t> changed_nights(const std::vector<Night>& nights) {
  std::vector<std::size_t> changed;
  for (std::size_t metric = 0; metric < kPrimaryMetrics.size(); ++metric)
    for (const ChangePoint& point : changes_of(figures_of(nights, metric)))
      changed.push_back(point.at);
  return changed;
}

}  // namespace

Runs Night::counted() const {
  Runs found;
  for (const RunFigures& run : runs)
    if (run.unfit.empty()) found.push_back(&run);
  return found;
}

History history_of(std::vector<RunFigures> runs, const RunFigures& like) {
  std::ranges::sort(runs, [](const RunFigures& a, const RunFigures& b) {
    return std::pair(a.began, a.id) < std::pair(b.began, b.id);
  });
  History history;
  std::vector<RunFigures> kept;
  for (RunFigures& run : runs) {
    const Differences found = differences({&run}, {&like});
    const std::string out = why_out(run, found);
    if (out.empty() && !found.environment.empty())
      run.unfit = "another environment: " + differences_text(found.environment);
    const std::string& why = out.empty() ? run.unfit : out;
    if (!why.empty()) leave_out(history.left_out, why, run);
    if (out.empty()) kept.push_back(std::move(run));
  }
  history.nights = nights_of(std::move(kept));
  return history;
}

std::vector<Figure> figures_of(const std::vector<Night>& nights, std::size_t metric) {
  std::vector<Figure> figures;
  for (const Night& night : nights)
    figures.push_back(median_figure(measured(night.counted(), metric)));
  return figures;
}

std::vector<ChangePoint> changes_of(const std::vector<Figure>& nights) {
  std::vector<double> values;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < nights.size(); ++i) {
    if (!nights[i].value) continue;
    values.push_back(*nights[i].value);
    places.push_back(i);
  }
  std::vector<ChangePoint> points = change_points(values);
  for (ChangePoint& point : points) point.at = places[point.at];
  return points;
}

std::optional<EqualPairs> equal_pairs(const std::vector<Night>& nights) {
  std::vector<std::size_t> groups;
  for (std::size_t i = 0; i < nights.size(); ++i)
    if (nights[i].counted().size() >= kFewestRuns) groups.push_back(i);
  const std::vector<std::size_t> changed = changed_nights(nights);
  EqualPairs pairs;
  std::size_t seen = 0;
  for (std::size_t i = groups.size(); i-- > 1 && seen < kEqualPairs;) {
    const std::size_t before = groups[i - 1];
    const std::size_t after = groups[i];
    if (std::ranges::any_of(changed, [&](std::size_t at) { return before < at && at <= after; }))
      continue;
    ++seen;
    pairs.told_apart +=
        told_apart(some_of(nights[before].counted()), some_of(nights[after].counted()));
  }
  return seen == kEqualPairs ? std::optional(pairs) : std::nullopt;
}

}  // namespace votebench::report
