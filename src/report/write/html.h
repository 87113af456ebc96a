// HTML, and the pictures of a page: SVG that needs no script, in percent of the space there is, so
// that text keeps its size on every screen. report.js adds a cursor and a zoom to the charts.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>

#include "report/document/document.h"
#include "report/write/escape.h"

namespace votebench::report::html {

// HTML under construction. Whatever is put in by add() is text and is escaped, unless it says that
// it is markup: text of others cannot become markup by forgetting something. Microseconds get their
// sign; what is to be copied or compared is put in as Raw, escaped by hand.

// "57 us" as "57 µs": a terminal may have ASCII only, a page has not.
[[nodiscard]] std::string with_units(std::string_view text);

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
  static std::string prepared(std::string_view text) { return escape(with_units(text)); }
  static std::string prepared(const std::string& text) { return escape(with_units(text)); }
  static std::string prepared(const char* text) { return escape(with_units(text)); }
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

[[nodiscard]] Raw figure(const Chart& chart);
[[nodiscard]] Raw figure(const NightChart& chart);
// The curves of a chart as report.js draws them when it zooms: { "step", "names", "values" }, with
// "points" in the place of step and values where x is no time, and "marks". JSON.
[[nodiscard]] std::string numbers(const Chart& chart);
[[nodiscard]] Raw ladder(const Ladder& ladder);
[[nodiscard]] Raw rain(const Rain& rain);
[[nodiscard]] Raw picture(const Picture& picture);
[[nodiscard]] Raw sparkline(const Spark& spark);

// "good", "bad", ...: how a state is called in report.css; and its sign.
[[nodiscard]] std::string_view class_of(State state);
[[nodiscard]] std::string_view sign_of(State state);

}  // namespace votebench::report::html
