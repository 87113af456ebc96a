// How text looks: character set, colour, width. Decided once, from what the terminal is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace votebench::report {

enum class Colour : std::uint8_t { plain, bold, dim, good, bad, warning };

struct Style {
  bool unicode = true;
  bool colour = false;
  std::size_t width = 80;
};

// What decides the style; values of environment variables as they are.
struct TerminalFacts {
  bool is_terminal = false;
  std::string_view term;    // TERM
  std::string_view locale;  // LC_ALL, else LC_CTYPE, else LANG
  bool no_color = false;    // NO_COLOR is set and not empty
};
[[nodiscard]] Style style_for(const TerminalFacts& facts);

// `text` between the codes of `colour`, or as it is.
[[nodiscard]] std::string paint(const Style& style, Colour colour, std::string_view text);

// Text that others wrote, made safe for this style: printable(), and ASCII where that is asked for.
[[nodiscard]] std::string safe(const Style& style, std::string_view text,
                               std::size_t max_bytes = 200);

// Columns that valid UTF-8 takes on a terminal; colour codes take none.
[[nodiscard]] std::size_t display_width(std::string_view text);

// One column of a sparkline, as high as `share` of what there is room for.
[[nodiscard]] std::string spark_cell(double share, bool unicode);

// Cut to at most `columns`, the last one "…" or "~" where something is missing.
[[nodiscard]] std::string clip(const Style& style, std::string_view text, std::size_t columns);

[[nodiscard]] std::string pad_right(std::string text, std::size_t columns);
[[nodiscard]] std::string pad_left(std::string text, std::size_t columns);

// Breaks at spaces into lines of at most `columns`; a longer word is broken where it must be.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t columns);

}  // namespace votebench::report
