// Small pieces that several sections use: states, numbers, times.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/audit_lines.h"
#include "report/html/markup.h"

namespace votebench::report::html {

// A sign with its word, so that colour is never needed: "✓ met".
[[nodiscard]] Raw state_mark(State state, std::string_view word);
[[nodiscard]] std::string_view state_class(State state);  // "good", "bad", "open", "warning", ...

// A point of the time axis: "1:05", "1:01:05", "0:00.5".
[[nodiscard]] std::string clock_text(Nanoseconds after_start);

// Something that happened, from `from` on; with an end it is a window.
struct Window {
  Nanoseconds from{};
  std::optional<Nanoseconds> to;
  std::string name;
  std::string detail;
};
// In order of time; at most kMaxWindows.
inline constexpr std::size_t kMaxWindows = 100;
[[nodiscard]] std::vector<Window> windows(const Report& report);

// The longest time in which no row was written although votes were queued, where it is long enough
// to be seen (two seconds).
[[nodiscard]] std::optional<Window> longest_stall(const Report& report);

}  // namespace votebench::report::html
