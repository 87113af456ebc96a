#include "report/thresholds.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "report/result_page.h"

namespace votebench::report {
namespace {

// A measured value lies in [low, high]; high may be infinite. Not known: `why`.
struct Measurement {
  bool known = false;
  double low = 0;
  double high = 0;
  std::string why;
};

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

Measurement unknown(std::string why) { return {false, 0, 0, std::move(why)}; }
Measurement exactly(double value) { return {true, value, value, {}}; }
Measurement exactly(const std::optional<double>& value, const char* why) {
  return value ? exactly(*value) : unknown(why);
}

// "p50" -> 0.5, "p999" and "p99.9" -> 0.999, "max" -> 1.
std::optional<double> share_of_statistic(std::string_view name) {
  if (name == "max") return 1.0;
  if (name.size() < 2 || name[0] != 'p') return std::nullopt;
  std::string digits(name.substr(1));
  if (digits.find('.') == std::string::npos && digits.size() > 2) digits.insert(2, ".");
  double percent = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), percent);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return percent / 100;
}

Measurement of_latency(const Latency& latency, std::string_view statistic) {
  const auto share = share_of_statistic(statistic);
  if (!share) return unknown("not a statistic of a latency");
  const auto high = latency.percentile(*share);
  if (!high) return unknown("no votes to measure");
  Measurement measurement = exactly(in_seconds(high->value));
  if (high->at_least) measurement.high = kUnbounded;
  if (latency.kind == LatencyKind::bounded)
    if (const auto low = latency.lower_percentile(*share)) measurement.low = in_seconds(low->value);
  return measurement;
}

Measurement of_lag(const Histogram& lag, std::string_view statistic) {
  Latency latency;
  latency.finished = lag;
  return of_latency(latency, statistic);
}

Measurement of_started(const Accounting& sum, std::uint64_t part) {
  if (sum.started() == 0) return unknown("no vote was sent");
  return exactly(static_cast<double>(part) / static_cast<double>(sum.started()));
}

Measurement of_drain(const Settlement& settlement) {
  Measurement measurement = exactly(in_seconds(settlement.drain));
  if (!settlement.settled()) measurement.high = kUnbounded;
  return measurement;
}

Measurement of_page(const PageEvidence& page) {
  if (page.compared) return exactly(static_cast<double>(difference(page)));
  return unknown(page.configured ? page.why_not : "no result page is known");
}

Measurement of_rate(std::string_view metric, const Levels& levels) {
  static constexpr const char* kTooShort = "the run was too short for it";
  if (metric == "sent.rate") return exactly(levels.sent.mean_per_s, kTooShort);
  if (metric == "sent.rate.max") return exactly(levels.sent.peak_per_s, kTooShort);
  if (metric == "accepted.rate") return exactly(levels.accepted.mean_per_s, kTooShort);
  if (metric == "accepted.rate.max") return exactly(levels.accepted.peak_per_s, kTooShort);
  if (metric == "written.rate") return exactly(levels.written.mean_per_s, kTooShort);
  if (metric == "written.rate.max") return exactly(levels.written_best_10s_per_s, kTooShort);
  return unknown("this metric is not known");
}

// The names are those of scenario::metrics(); a test asks for each of them.
Measurement measure(std::string_view metric, const Report& report) {
  const std::size_t dot = std::min(metric.rfind('.'), metric.size());
  const std::string_view family = metric.substr(0, dot);
  const std::string_view statistic = metric.substr(std::min(dot + 1, metric.size()));
  if (family == "http.response") return of_latency(report.response, statistic);
  if (family == "http.service") return of_latency(report.service, statistic);
  if (family == "end_to_end") return of_latency(report.stored, statistic);
  if (family == "lag") return of_lag(report.lag, statistic);
  const Accounting& sum = report.audit.accounting;
  if (metric == "http.error_rate") return of_started(sum, sum.started() - sum.acked);
  if (metric == "http.unknown_rate") return of_started(sum, sum.ambiguous);
  if (metric == "drain.time") return of_drain(report.settlement);
  if (metric == "page.difference") return of_page(report.page);
  if (metric != "queue.depth.max") return of_rate(metric, report.levels);
  return report.queue_configured ? exactly(static_cast<double>(report.depth_max))
                                 : unknown("no queue is known");
}

// Why the generator voids a metric; empty: it does not.
std::string voided(const std::string& metric, const Report& report) {
  const scenario::Metric* known = scenario::find_metric(metric);
  const Validity& validity = report.validity;
  if (known != nullptr && known->has(scenario::kNeedsValidGenerator) && !validity.load)
    return "the generator was not valid";
  const bool sampled = metric.starts_with("queue.") || metric.starts_with("written.");
  if (sampled && !validity.samples) return "the sampler had gaps";
  if (metric.starts_with("end_to_end.") && !validity.clocks) return "a clock was set meanwhile";
  return {};
}

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

// What a report of only this part of the run would hold.
Report report_of_part(const ReportInput& input, const Selection& part, const Report& whole) {
  Report report;
  report.queue_configured = whole.queue_configured;
  report.validity = whole.validity;
  HttpMeasures http = measure_http(input, part);
  StoreMeasures stores = measure_stores(input, part);
  report.levels = {http.sent, http.accepted, stores.queued, stores.written,
                   stores.written_best_10s_per_s};
  report.response = std::move(http.response);
  report.service = std::move(http.service);
  report.lag = std::move(http.lag);
  report.stored = measure_stored(input, part);
  report.audit.accounting = http.selected;
  bool looked = false;
  for (const Sample& sample : input.samples) {
    if (!sample.has_queue || !part.holds(sample.at)) continue;
    looked = true;
    report.depth_max = std::max(report.depth_max, sample.queue_depth);
  }
  report.queue_configured &= looked;
  return report;
}

// "EXPRESSION: it was 231 after 3.2 s" of the event, if this is the one.
std::string abort_words(const scenario::Threshold& threshold, const ReportInput& input) {
  const std::string begin = threshold.text + ": ";
  if (input.stopped != StopCause::threshold || !threshold.abort) return {};
  for (const RunEvent& event : input.events)
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

std::vector<ThresholdResult> evaluate_all(const ReportInput& input, const Report& report) {
  std::vector<std::pair<Selection, Report>> parts;  // each measured once
  std::vector<ThresholdResult> results;
  for (const scenario::Threshold& threshold : input.scenario.thresholds) {
    const Report* measured = &report;
    if (threshold.selects()) {
      const Selection part = selection_of(threshold, input.scenario);
      auto known = std::ranges::find(parts, part, [](const auto& entry) { return entry.first; });
      if (known == parts.end())
        known = parts.insert(known, {part, report_of_part(input, part, report)});
      measured = &known->second;
    }
    ThresholdResult result = evaluate(threshold, *measured);
    if (const std::string words = abort_words(threshold, input); !words.empty()) {
      result.passed = false;
      result.why = "ended the load: " + words;
    }
    results.push_back(std::move(result));
  }
  return results;
}

ThresholdResult evaluate(const scenario::Threshold& threshold, const Report& report) {
  ThresholdResult result;
  result.expression = threshold.text;
  result.warn = threshold.warn;
  if (const scenario::Metric* metric = scenario::find_metric(threshold.metric))
    result.unit = metric->unit;
  result.why = voided(threshold.metric, report);
  if (!result.why.empty()) return result;
  const Measurement value = measure(threshold.metric, report);
  result.why = value.why;
  if (!value.known) return result;
  result.at_least = value.high == kUnbounded;
  result.value = result.at_least ? value.low : value.high;
  result.passed = decide(value, threshold);
  if (!result.passed)
    result.why = result.at_least ? "too many votes have no end to measure"
                                 : "the limit lies within the bounds of the measurement";
  return result;
}

}  // namespace votebench::report
