// Text in HTML and XML.
#pragma once

#include <string>
#include <string_view>

namespace votebench::report {

// Text as HTML and XML show it, in elements and in attributes between double quotes. Bytes that are
// no UTF-8, controls and invisible characters become "\xNN" (core/text.h); cut after `max_bytes`.
[[nodiscard]] std::string escape(std::string_view text, std::size_t max_bytes = 500);

// The same for text of several lines.
[[nodiscard]] std::string escape_lines(std::string_view text, std::size_t max_bytes);

}  // namespace votebench::report
