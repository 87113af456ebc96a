// What guardian and votebench say to each other: one line each.
//   step TEXT | up | ok | failed MESSAGE [0x1f HELP]
// Line breaks inside MESSAGE and HELP travel as 0x1e.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace votebench::stack {

inline constexpr char kUp[] = "up";
inline constexpr char kOk[] = "ok";

[[nodiscard]] std::string step_line(std::string_view text);  // with the line's end
[[nodiscard]] std::string failure_line(const Error& error);  // with the line's end
// The text of a step; empty: another kind of line.
[[nodiscard]] std::string_view step_text(std::string_view line);
// Any line that is not a known failure is reported as it is.
[[nodiscard]] Error parse_failure(std::string_view line);

}  // namespace votebench::stack
