// One line of a source as a terminal shows it, with the carets that go under a part of it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "scenario/diagnostic.h"

namespace votebench::scenario {

struct Excerpt {
  std::string text;    // the line; masked parts are ***, bytes that cannot be shown U+FFFD
  std::string carets;  // spaces, tabs where the line has tabs, then one caret per cell
};

// The line without its end. `mark` and `masks` are byte ranges of the line (their source is not
// looked at). Lines wider than a window are cut around the mark.
[[nodiscard]] Excerpt make_excerpt(std::string_view line, Span mark, std::span<const Span> masks);

// Length in bytes of the UTF-8 sequence at `at`; 1 for a byte that begins none.
[[nodiscard]] std::size_t sequence_length(std::string_view text, std::size_t at);

}  // namespace votebench::scenario
