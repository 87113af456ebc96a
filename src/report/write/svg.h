// The pictures of a page: SVG that needs no script, in percent of the space there is, so that text
// keeps its size on every screen. report.js adds a cursor and a zoom to the charts.
#pragma once

#include <string>

#include "report/document/document.h"
#include "report/write/markup.h"

namespace votebench::report::html {

[[nodiscard]] Raw figure(const Chart& chart);
// The curves of a chart as report.js draws them when it zooms: { "step", "names", "values" }, with
// "points" in the place of step and values where x is no time, and "marks". JSON.
[[nodiscard]] std::string numbers(const Chart& chart);
[[nodiscard]] Raw ladder(const Ladder& ladder);
[[nodiscard]] Raw rain(const Rain& rain);
[[nodiscard]] Raw picture(const Picture& picture);

// "good", "bad", ...: how a state is called in report.css; and its sign.
[[nodiscard]] std::string_view class_of(State state);
[[nodiscard]] std::string_view sign_of(State state);

}  // namespace votebench::report::html
