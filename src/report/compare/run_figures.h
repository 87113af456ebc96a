// What a comparison takes from one run: read back from its result.json.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/invocation.h"
#include "core/result.h"
#include "report/compare/course.h"
#include "scenario/thresholds.h"
#include "vote/verdict.h"

namespace votebench::report {

using Settings = std::vector<std::pair<std::string, std::string>>;  // name, value; in order

// The metrics that decide. Five runs a side reach p = 0.0079 at best, and Holm over five metrics
// asks for 0.01 of the first; a seventh metric would ask for more than five runs can say.
struct PrimaryMetric {
  std::string_view name;
  scenario::MetricUnit unit;
  bool higher_is_better;
};
inline constexpr std::array<PrimaryMetric, 5> kPrimaryMetrics{{
    {"written.rate.max", scenario::MetricUnit::per_second, true},
    {"accepted.rate", scenario::MetricUnit::per_second, true},
    {"http.response.p50", scenario::MetricUnit::time, false},
    {"http.response.p99", scenario::MetricUnit::time, false},
    {"drain.time", scenario::MetricUnit::time, false},
}};

// A value in the unit of its metric; seconds for times. `at_least`: the true one is not below it,
// and counts as beyond all others.
struct Figure {
  std::optional<double> value;  // nothing: not measured
  bool at_least = false;
};

// Shares below one, ascending, with the time in seconds; infinite where it is only known to be
// longer than all that was measured.
using Percentiles = std::vector<std::pair<double, double>>;

struct RunFigures {
  std::string id;                        // the name of its directory
  std::string directory;                 // as the user may type it
  std::optional<Invocation> invocation;  // that made it; nothing: not known
  std::string scenario;
  std::string started;  // UTC
  WallTime began{};     // the same
  std::vector<std::string> tags;
  std::string target;
  bool own_stack = false;  // votebench made it
  std::string version;
  Settings environment;
  Settings settings;     // of the scenario: what it does. From the run directory, not result.json
  bool audited = false;  // false: the run failed before there was anything to audit
  VerdictKind audit = VerdictKind::inconclusive;
  std::array<std::uint64_t, kAllowableDefects.size()> defects{};
  std::string unfit;  // why its rates and latencies do not count; empty: they do
  std::array<Figure, kPrimaryMetrics.size()> metrics{};
  Percentiles response, stored;  // HTTP, end to end
  Course course;                 // empty: not read
};

// `json` is a result.json. Fills everything but `directory`, `invocation`, `began`, `tags`,
// `own_stack`, `settings` and `course`. Error (environment): not such a document, or of another
// schema.
[[nodiscard]] Result<RunFigures> read_figures(const std::string& json);

}  // namespace votebench::report
