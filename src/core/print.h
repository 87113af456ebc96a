// What a person reads: standard output and standard error.
//
// Nobody there (a closed pipe) and a full disk are no reason to end a run: what cannot be written
// is dropped. Of standard output this is said once on standard error, unless it was its reader who
// left. Nothing is buffered; any thread may print, and a call's text is not mixed with another's
// unless it is longer than a pipe takes at once.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace votebench {

void write_out(std::string_view text);  // standard output
void write_err(std::string_view text);  // standard error

template <typename... Values>
void print_out(fmt::format_string<Values...> format, Values&&... values) {
  write_out(fmt::format(format, std::forward<Values>(values)...));
}

template <typename... Values>
void print_err(fmt::format_string<Values...> format, Values&&... values) {
  write_err(fmt::format(format, std::forward<Values>(values)...));
}

}  // namespace votebench
