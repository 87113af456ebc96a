// Thresholds: `metric{selectors} op value`, checked before the run.
//
//   threshold = metric [ "{" selector { "," selector } "}" ] op value
//   metric    = a name of metrics()       op    = "<" | "<=" | ">" | ">=" | "=="
//   selector  = "workload=" name          value = a number with the metric's unit
//             | "from=" time | "to=" time         each at most once, after the start of the load
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "scenario/diagnostic.h"
#include "scenario/scenario.h"

namespace votebench::scenario {

// The unit of Threshold::value.
enum class MetricUnit : std::uint8_t {
  share,       // written "0.1%", value 0.001
  time,        // written "50ms", value in seconds
  per_second,  // written "400/s", value per second
  count,       // written "20000"
};

// What a metric knows, a bit set.
enum MetricTrait : std::uint8_t {
  kNeedsValidGenerator = 1,  // says nothing when the generator was not valid
  kByTime = 2,               // from= and to=
  kByWorkload = 4,           // workload=
  kLive = 8,                 // can be told while the load runs: `abort: true`
};

struct Metric {
  std::string_view name;
  MetricUnit unit;
  std::uint8_t traits;
  std::string_view doc;
  [[nodiscard]] bool has(MetricTrait trait) const { return (traits & trait) != 0; }
};

[[nodiscard]] std::span<const Metric> metrics();
[[nodiscard]] const Metric* find_metric(std::string_view name);

// How a value of this unit is written: "50ms".
[[nodiscard]] std::string_view example_of(MetricUnit unit);

// `value` in the unit of `metric`, as it would be written: "0.1%", "50ms", "400/s", "20000".
[[nodiscard]] std::string format_metric(const Metric& metric, double value);

// `value` of the error is the whole expression.
[[nodiscard]] tl::expected<Threshold, ValueError> parse_threshold(std::string_view text);

}  // namespace votebench::scenario
