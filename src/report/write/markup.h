// HTML under construction. Whatever is put in by add() is text and is escaped, unless it says that
// it is markup: text of others cannot become markup by forgetting something.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>

#include "report/write/escape.h"

namespace votebench::report::html {

// Markup of ours.
struct Raw {
  std::string text;
};

class Markup {
 public:
  // fmt's format; numbers as they are, strings escaped, Raw as it is.
  template <typename... Values>
  Markup& add(std::string_view format, const Values&... values) {
    append(format, prepared(values)...);
    return *this;
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string take() && { return std::move(text_); }
  [[nodiscard]] Raw raw() && { return {std::move(text_)}; }

 private:
  static const std::string& prepared(const Raw& markup) { return markup.text; }
  static std::string prepared(std::string_view text) { return escape(text); }
  static std::string prepared(const std::string& text) { return escape(text); }
  static std::string prepared(const char* text) { return escape(text); }
  template <typename Number>
  static std::enable_if_t<std::is_arithmetic_v<Number>, Number> prepared(Number number) {
    return number;
  }

  template <typename... Values>
  void append(std::string_view format, const Values&... values) {
    text_ += fmt::vformat(fmt::string_view(format.data(), format.size()),
                          fmt::make_format_args(values...));
  }

  std::string text_;
};

}  // namespace votebench::report::html
