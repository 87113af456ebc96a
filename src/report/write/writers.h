// The formats of a page. Everything that others wrote (names, ids, error texts) is made safe for
// where it goes; invalid UTF-8 never fails.
#pragma once

#include <string>

#include "report/document/document.h"
#include "report/style.h"

namespace votebench::report {

// Of a command that is to be copied: half of one is none.
inline constexpr std::size_t kLongestCommand = std::size_t{64} * 1024;

// For the terminal, the verdict first; lines of at most style.width columns, each ended by a
// newline. What is to be copied is never cut.
[[nodiscard]] std::string write_text(const Document& document, const Style& style);

// GitHub Markdown, at most kMaxMarkdownBytes.
inline constexpr std::size_t kMaxMarkdownBytes = std::size_t{60} * 1000;
[[nodiscard]] std::string write_markdown(const Document& document);

// One file that needs nothing else. It reads well without scripts and in print.
[[nodiscard]] std::string write_html(const Document& document);

}  // namespace votebench::report
