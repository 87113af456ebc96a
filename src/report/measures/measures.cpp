#include "report/measures/measures.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

#include "scenario/thresholds.h"

namespace votebench::report {
namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

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

Measurement of_latency(const Latency& latency, double share) {
  const auto high = latency.percentile(share);
  if (!high) return Measurement::unknown("no votes to measure");
  const double value = in_seconds(high->value);
  const double uncertainty = in_seconds(latency.uncertainty);
  Measurement measurement{true, value - uncertainty, value + uncertainty, {}, value};
  if (high->at_least) measurement.high = kUnbounded;
  if (latency.kind == LatencyKind::bounded)
    if (const auto low = latency.lower_percentile(share)) measurement.low = in_seconds(low->value);
  return measurement;
}

Measurement of_lag(const Histogram& lag, double share) {
  Latency latency;
  latency.finished = lag;
  return of_latency(latency, share);
}

Measurement of_rate(const std::optional<double>& value) {
  return value ? Measurement::exactly(*value)
               : Measurement::unknown("the run was too short for it");
}

Measurement of_started(const Accounting& sum, std::uint64_t part) {
  if (sum.started() == 0) return Measurement::unknown("no vote was sent");
  return Measurement::exactly(static_cast<double>(part) / static_cast<double>(sum.started()));
}

// What must hold besides a valid generator, where scenario::metrics() asks for that.
using Needs = bool Validity::*;

// The times: each has the statistics p50 to max.
struct Family {
  std::string_view name;
  Measurement (*of)(const Measured&, double share);
  Needs needs;
  std::string_view json;
};
constexpr std::array<Family, 4> kFamilies{{
    {"http.response", [](const Measured& m, double s) { return of_latency(m.response, s); },
     nullptr, "/latency/http_response"},
    {"http.service", [](const Measured& m, double s) { return of_latency(m.service, s); }, nullptr,
     "/latency/http_service"},
    {"end_to_end", [](const Measured& m, double s) { return of_latency(m.stored, s); },
     &Validity::clocks, "/latency/end_to_end"},
    {"lag", [](const Measured& m, double s) { return of_lag(m.lag, s); }, nullptr,
     "/generator/lag_us"},
}};

struct Measure {
  std::string_view name;
  Measurement (*of)(const Measured&);
  Needs needs;
  std::string_view json;
};
constexpr std::array<Measure, 11> kMeasures{{
    {"http.error_rate",
     [](const Measured& m) {
       return of_started(m.accounting, m.accounting.started() - m.accounting.acked);
     },
     nullptr, ""},
    {"http.unknown_rate",
     [](const Measured& m) { return of_started(m.accounting, m.accounting.ambiguous); }, nullptr,
     ""},
    {"sent.rate", [](const Measured& m) { return of_rate(m.sent.mean_per_s); }, nullptr,
     "/levels/http/sent_rate_mean_per_s"},
    {"sent.rate.max", [](const Measured& m) { return of_rate(m.sent.peak_per_s); }, nullptr, ""},
    {"accepted.rate", [](const Measured& m) { return of_rate(m.accepted.mean_per_s); }, nullptr,
     "/levels/http/rate_mean_per_s"},
    {"accepted.rate.max", [](const Measured& m) { return of_rate(m.accepted.peak_per_s); }, nullptr,
     "/levels/http/rate_peak_per_s"},
    {"queue.depth.max", [](const Measured& m) { return m.depth; }, &Validity::samples,
     "/levels/queue/depth_max"},
    {"written.rate", [](const Measured& m) { return of_rate(m.written.mean_per_s); },
     &Validity::samples, "/levels/db/rate_mean_per_s"},
    {"written.rate.max", [](const Measured& m) { return of_rate(m.written_best_10s_per_s); },
     &Validity::samples, "/levels/db/rate_best_10s_per_s"},
    {"drain.time", [](const Measured& m) { return m.drain; }, nullptr, "/settled/drain_s"},
    {"page.difference", [](const Measured& m) { return m.page; }, nullptr,
     "/result_page/difference"},
}};

const Measure* find_measure(std::string_view metric) {
  for (const Measure& measure : kMeasures)
    if (measure.name == metric) return &measure;
  return nullptr;
}

// A metric of a family, with its statistic.
struct Statistic {
  const Family* family = nullptr;
  std::string_view name;
};
Statistic find_statistic(std::string_view metric) {
  const std::size_t dot = metric.rfind('.');
  for (const Family& family : kFamilies)
    if (dot != std::string_view::npos && family.name == metric.substr(0, dot))
      return {&family, metric.substr(dot + 1)};
  return {};
}

}  // namespace

Measurement measure(std::string_view metric, const Measured& measured) {
  if (const Measure* known = find_measure(metric)) return known->of(measured);
  const auto [family, statistic] = find_statistic(metric);
  if (family == nullptr) return Measurement::unknown("this metric is not known");
  const auto share = share_of_statistic(statistic);
  return share ? family->of(measured, *share)
               : Measurement::unknown("not a statistic of a latency");
}

std::string voided(std::string_view metric, const Validity& validity) {
  const Measure* measure = find_measure(metric);
  const Family* family = find_statistic(metric).family;
  const Needs needs = measure != nullptr  ? measure->needs
                      : family != nullptr ? family->needs
                                          : nullptr;
  if (needs == &Validity::samples && !validity.samples) return "the sampler had gaps";
  if (needs == &Validity::clocks && !validity.clocks) return validity.clock_fault;
  const scenario::Metric* traits = scenario::find_metric(metric);
  if (traits != nullptr && traits->has(scenario::kNeedsValidGenerator) && !validity.load)
    return "the generator was not valid";
  return {};
}

InJson in_json(std::string_view metric) {
  if (const Measure* known = find_measure(metric)) return {std::string(known->json)};
  const auto [family, statistic] = find_statistic(metric);
  if (family == nullptr) return {};
  return {fmt::format("{}/{}", family->json, statistic), 1e-6};
}

}  // namespace votebench::report
