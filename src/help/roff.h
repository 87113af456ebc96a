// Text for groff's `man` macros.
#pragma once

#include <string>
#include <string_view>

namespace votebench::help::roff {

// The head of a page: NAME(SECTION).
[[nodiscard]] std::string title(std::string_view name, int section);

// As it is: no character means anything to groff. Hyphens stay such that options can be copied.
[[nodiscard]] std::string literal(std::string_view text);

// Markdown's `code` in bold, all else literally.
[[nodiscard]] std::string inline_code(std::string_view text);

// Paragraphs, separated by empty lines; indented lines stay lines.
[[nodiscard]] std::string paragraphs(std::string_view text);

// `what` in bold and what follows it, above the lines of `text`.
[[nodiscard]] std::string item(std::string_view what, std::string_view rest, std::string_view text);

}  // namespace votebench::help::roff
