// What a person sees while a run is going on. Pure: states in, bytes out; run decides when to ask
// and writes the bytes to standard error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "report/style.h"
#include "vote/evidence.h"

namespace votebench::report {

// Counters since t0, once a second.
struct ProgressPoint {
  Nanoseconds at{};
  std::uint64_t sent = 0;
  std::uint64_t accepted = 0;
  std::uint64_t queued = 0;   // depth, not a counter
  std::uint64_t written = 0;  // own rows
  std::uint64_t missing = 0;  // accepted, not yet seen as a row
};

struct ProgressState {
  std::string stage;  // "preflight", "peak: hold 400/s", "drain"
  bool draining = false;
  Nanoseconds elapsed{};  // after t0
  std::optional<Nanoseconds> planned_load;
  std::uint64_t planned_votes = 0;  // 0 = not known
  Nanoseconds drain_limit{};
  Nanoseconds drained{};  // since the load ended, while draining
  bool has_queue = true;
  bool has_rows = true;
  ProgressPoint now;
  std::uint64_t errors = 0;    // rejected and not sent
  std::uint64_t not_sent = 0;  // of these
  std::uint64_t unknown = 0;   // ambiguous
  std::string not_accepted;    // why: the most frequent causes; empty: all were
  Nanoseconds lag{};           // p99 of the last second
  // From due to the answer, of the votes accepted in the last second; nothing: there were none.
  std::optional<Nanoseconds> response_p50, response_p99;
  bool in_flight_exhausted = false;
  std::vector<ProgressPoint> history;  // ascending, one per second, the last 60 are looked at
  std::vector<RunEvent> events;        // so far
  std::vector<std::string> warnings;   // so far
};

// The block of lines for a terminal; each at most style.width columns, no newlines.
[[nodiscard]] std::vector<std::string> progress_block(const ProgressState& state,
                                                      const Style& style);

struct TerminalSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

// Keeps a block of lines at the bottom of a terminal up to date. Not thread-safe.
class ProgressView {
 public:
  explicit ProgressView(Style style) : style_(style) {}

  // The bytes that turn what is on the screen into the block of `state`, in one write. The size may
  // change between calls; a block that does not fit is cut, never wrapped.
  [[nodiscard]] std::string update(const ProgressState& state, TerminalSize size);
  // The bytes that put `line` above the block, for good. The block comes back with update().
  [[nodiscard]] std::string message(std::string_view line, TerminalSize size);
  // The bytes that remove the block; what follows starts where it was.
  [[nodiscard]] std::string clear(TerminalSize size);

 private:
  Style style_;
  std::vector<std::size_t> shown_;  // widths of the lines on the screen
};

// Off a terminal: a line with the time and key=value pairs at each change of stage, event, end of
// an event's window and warning, and every max(10 s, planned load / 40). Not thread-safe.
class ProgressLog {
 public:
  // Zero or more lines, each ended by a newline.
  [[nodiscard]] std::string update(const ProgressState& state, WallTime now);

 private:
  std::optional<std::string> stage_;
  std::optional<WallTime> last_;
  std::vector<bool> ended_;  // by event that was told: its end was, too
  std::size_t warnings_ = 0;
};

}  // namespace votebench::report
