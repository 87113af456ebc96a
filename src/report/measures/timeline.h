// What happened over time, in steps of equal length from t0 on: what the charts and their tables
// show. The parts of make_report() that look at the time axis.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "core/clock.h"
#include "report/measures/measured.h"

namespace votebench::report {

// One value per step; nothing where it was not seen.
using Series = std::vector<std::optional<double>>;

// Votes per second with answers of one kind.
struct Answers {
  enum class Kind : std::uint8_t { success, redirect, client_error, server_error, none };
  Kind kind = Kind::none;
  std::set<std::uint16_t> statuses;  // that came; of `none` no number
  Series per_second;
};

struct Timeline {
  Nanoseconds step{};  // 0: nothing happened
  std::size_t steps = 0;
  // Votes per second, by the time at which they were sent, answered, pushed and written.
  Series sent, accepted, failed, queued, written;
  std::vector<Answers> answers;  // by the time of the answer; the kinds that there were
  Series depth;  // elements in the queue and in a worker's side lists, at most in the step

  // HTTP, accepted votes by the time at which they were due; seconds. These end with the load, and
  // have steps of their own.
  Nanoseconds latency_step{};
  Series response_p50, response_p99, response_max;
  Series stored_p50, stored_p99;  // end to end, of the votes that have a row
  Series lag_max;                 // of every vote that was started

  [[nodiscard]] bool empty() const { return steps == 0; }
};

// Memory: a few values per second of the run, and for a while at most kMaxLatencySteps histograms.
inline constexpr std::size_t kMaxLatencySteps = 400;
[[nodiscard]] Timeline make_timeline(const RunView& run);

// The rise of a counter in each of so many steps, per second; nothing where it fell, or was not
// looked at for long. Empty without points.
[[nodiscard]] Series rises(const std::vector<CounterPoint>& points, Nanoseconds step,
                           std::size_t steps);

// A series of at most `most` values (even, at least 2) over the same time. Where that is shorter,
// each bucket of steps gives its least and its greatest value, in the order in which they came: no
// spike and no gap is smoothed away. `per_value` steps are behind one value.
struct Reduced {
  Series values;
  double per_value = 1;
};
[[nodiscard]] Reduced reduce(const Series& series, std::size_t most);

}  // namespace votebench::report
