// What happened over time, in steps of equal length from t0 on: what the charts and their tables
// show. The parts of make_report() that look at the time axis.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/clock.h"
#include "report/measures/measured.h"

namespace votebench::report {

// One value per step; nothing where it was not seen.
using Series = std::vector<std::optional<double>>;

struct Timeline {
  Nanoseconds step{};  // 0: nothing happened
  std::size_t steps = 0;
  // Votes per second, by the time at which they were sent, answered, pushed and written.
  Series sent, accepted, failed, queued, written;
  Series depth;  // elements in the queue and in a worker's side lists, at most in the step

  // HTTP, accepted votes by the time at which they were due; seconds. Steps may be longer here.
  Nanoseconds latency_step{};
  Series response_p50, response_p99, response_max;
  Series lag_max;  // of every vote that was started

  [[nodiscard]] bool empty() const { return steps == 0; }
};

// Memory: a few values per second of the run, and for a while at most kMaxLatencySteps histograms.
inline constexpr std::size_t kMaxLatencySteps = 400;
[[nodiscard]] Timeline make_timeline(const RunView& run);

// A series of at most `most` values (even, at least 2) over the same time. Where that is shorter,
// each bucket of steps gives its least and its greatest value, in the order in which they came: no
// spike and no gap is smoothed away. `per_value` steps are behind one value.
struct Reduced {
  Series values;
  double per_value = 1;
};
[[nodiscard]] Reduced reduce(const Series& series, std::size_t most);

}  // namespace votebench::report
