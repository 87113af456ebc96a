#include "report/measures/thresholds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "report/words.h"

namespace votebench::report {
namespace {

bool holds(double value, const std::string& op, double limit) {
  if (op == "<") return value < limit;
  if (op == "<=") return value <= limit;
  if (op == ">") return value > limit;
  if (op == ">=") return value >= limit;
  return value == limit;
}

// Nothing when some values of the interval pass and others do not.
std::optional<bool> decide(const Measurement& value, const scenario::Threshold& threshold) {
  const bool low = holds(value.low, threshold.op, threshold.value);
  const bool high = holds(value.high, threshold.op, threshold.value);
  const bool between =
      threshold.op == "==" && value.low < threshold.value && threshold.value < value.high;
  if (low != high || between) return std::nullopt;
  return low;
}

// "EXPRESSION: it was 231 after 3.2 s" of the event, if this is the one.
std::string abort_words(const scenario::Threshold& threshold, const RunView& run) {
  const std::string begin = threshold.text + ": ";
  if (run.record.load.stopped != StopCause::threshold || !threshold.abort) return {};
  for (const RunEvent& event : run.record.events)
    if (event.name == kAbortEvent && event.detail.starts_with(begin))
      return event.detail.substr(begin.size());
  return {};
}

}  // namespace

Selection selection_of(const scenario::Threshold& threshold, const scenario::Scenario& scenario) {
  Selection part;
  const scenario::Metric* metric = scenario::find_metric(threshold.metric);
  const bool counts = metric != nullptr && (metric->unit == scenario::MetricUnit::share ||
                                            metric->unit == scenario::MetricUnit::count);
  part.from = threshold.from.value_or(counts ? Nanoseconds(0) : scenario.warm_up);
  part.to = threshold.to;
  for (std::size_t i = 0; i < scenario.workloads.size(); ++i)
    if (scenario.workloads[i].name == threshold.workload)
      part.workload = static_cast<WorkloadIndex>(i);
  return part;
}

std::vector<ThresholdResult> evaluate_all(const RunView& run, const Measured& whole,
                                          const Validity& validity) {
  std::vector<std::pair<Selection, Measured>> parts;  // each measured once
  std::vector<ThresholdResult> results;
  for (const scenario::Threshold& threshold : run.scenario.thresholds) {
    const Measured* measured = &whole;
    if (threshold.selects()) {
      const Selection part = selection_of(threshold, run.scenario);
      auto known = std::ranges::find(parts, part, [](const auto& entry) { return entry.first; });
      if (known == parts.end()) known = parts.insert(known, {part, measure_part(run, part)});
      measured = &known->second;
    }
    ThresholdResult result = evaluate(threshold, *measured, validity);
    if (const std::string words = abort_words(threshold, run); !words.empty()) {
      result.passed = false;
      result.why = std::string(kEndedLoad) + words;
    }
    results.push_back(std::move(result));
  }
  return results;
}

ThresholdResult evaluate(const scenario::Threshold& threshold, const Measured& measured,
                         const Validity& validity) {
  ThresholdResult result;
  result.expression = threshold.text;
  result.warn = threshold.warn;
  if (const scenario::Metric* metric = scenario::find_metric(threshold.metric))
    result.unit = metric->unit;
  result.why = voided(threshold.metric, validity);
  if (!result.why.empty()) return result;
  const Measurement value = measure(threshold.metric, measured);
  result.why = value.why;
  if (!value.known) return result;
  result.at_least = std::isinf(value.high);
  result.value = value.likely.value_or(result.at_least ? value.low : value.high);
  result.passed = decide(value, threshold);
  if (!result.passed)
    result.why = result.at_least ? "too many votes have no end to measure"
                                 : "the limit lies within the bounds of the measurement";
  return result;
}

LiveThresholds::LiveThresholds(const scenario::Scenario& scenario) {
  for (const scenario::Threshold& threshold : scenario.thresholds)
    if (threshold.abort) watched_.push_back({threshold, selection_of(threshold, scenario), {}});
  for (Watched& watched : watched_)
    watched.measured.response.kind = watched.measured.service.kind = LatencyKind::exact;
}

void LiveThresholds::add(const Attempt& attempt) {
  for (Watched& watched : watched_) {
    if (!watched.part.holds(attempt)) continue;
    Measured& measured = watched.measured;
    count(measured.accounting, attempt.outcome);
    const bool accepted = attempt.outcome == Outcome::acked;
    const auto add = [&](Latency& latency, Nanoseconds time) {
      (accepted ? latency.finished : latency.unfinished).record(time);
    };
    add(measured.response, attempt.response_time());
    add(measured.service, attempt.service_time());
    measured.lag.record(attempt.lag());
  }
}

void LiveThresholds::add(const Sample& sample) {
  for (Watched& watched : watched_)
    if (sample.has_queue && watched.part.holds(sample.at))
      see_depth(watched.measured.depth, sample.queue_depth);
}

std::optional<std::string> LiveThresholds::missed(Nanoseconds elapsed) const {
  for (const Watched& watched : watched_) {
    const bool of_votes = watched.threshold.metric != "queue.depth.max";
    if (of_votes && watched.measured.accounting.started() < kEnoughVotes) continue;
    const ThresholdResult result = evaluate(watched.threshold, watched.measured, {});
    if (result.passed == false)
      return fmt::format("{}: it was {} after {}", watched.threshold.text,
                         threshold_value(result, false), format_duration(elapsed));
  }
  return std::nullopt;
}

}  // namespace votebench::report
