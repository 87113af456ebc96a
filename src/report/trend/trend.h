// A scenario over many nights: since when is a metric another one, and which nights lost votes?
// Informational: nothing is judged. Pure: figures in, a Trend out.
//
// Correctness is exact and by night: what was proven in one is never averaged away. A metric is one
// number per night (compare/history.h), its change points are those of compare/change_points.h.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "report/compare/history.h"

namespace votebench::report {

// Two on either side of a change.
inline constexpr std::size_t kFewestNights = 4;
// Of metrics that never changed, over 40 nights, at most this share is said to have a change point:
// measured on made-up nights (tests/unit/report/trend_test.cpp).
inline constexpr double kFalseAlarms = 0.05;

struct MetricChange {
  ChangePoint point;  // `at`: a place in the nights
  bool worse = false;
  std::string run;  // the first one of that night
};

struct MetricTrend {
  PrimaryMetric metric{};
  std::vector<Figure> nights;
  Figure median;
  std::vector<MetricChange> changes;  // the oldest first
};

// A night with proven defects.
struct DefectNight {
  std::size_t night = 0;
  std::array<std::uint64_t, kAllowableDefects.size()> defects{};
  std::vector<std::string> runs;  // those that prove them
};

struct Trend {
  std::string scenario;
  std::vector<Night> nights;       // the oldest first
  std::vector<std::string> names;  // of the nights: "2026-11-21"
  std::size_t counted = 0;         // nights that have rates and latencies
  std::vector<DefectNight> defects;
  std::vector<std::size_t> open;  // nights of which a run is inconclusive
  std::vector<LeftOut> left_out;
  std::vector<std::string> targets;    // where there are several
  std::vector<MetricTrend> metrics{};  // of kPrimaryMetrics, in their order
  ExitCode exit = ExitCode::passed;    // inconclusive: too few nights
  std::string word;                    // "STEADY", "CHANGED", "NO TREND"
  std::string headline;                // one clause
  std::vector<std::string> next;       // commands to type
};

// `runs`: of one scenario, in any order; those that are like the newest audited one count. `last`:
// of so many nights, the newest.
[[nodiscard]] Trend trend_of(std::vector<RunFigures> runs, std::optional<std::size_t> last,
                             const Invocation& here);

// "since 2026-11-21: -15.1 %, 20261121T180111Z-b7f3a001".
[[nodiscard]] std::string change_text(const Trend& trend, const MetricChange& change);
// "37 lost, 2 stale".
[[nodiscard]] std::string defects_text(const DefectNight& night);

}  // namespace votebench::report
