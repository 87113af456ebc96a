// Charts that need no script: SVG in percent of the space there is, so that text keeps its size on
// every screen. report.js replaces them by interactive ones where scripts run.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "report/html/markup.h"
#include "report/html/words.h"
#include "report/timeline.h"

namespace votebench::report::html {

struct Line {
  std::string style;  // the class of its look in report.css: "accepted"
  std::string name;   // in the legend
  // Over x in [0, 1] of the plot; y in the unit of the axis; nothing: a gap.
  std::vector<std::pair<double, std::optional<double>>> points;
  bool area = false;  // filled down to the axis
};

// An axis from `low` to `high` with labelled ticks.
struct Axis {
  double low = 0;
  double high = 1;
  bool logarithmic = false;  // then low > 0
  std::vector<std::pair<double, std::string>> ticks;

  // 0 at the low end, 1 at the high end; clamped.
  [[nodiscard]] double place(double value) const;
};

// From 0 to a round number not below `greatest`, with about four ticks.
[[nodiscard]] Axis linear_axis(double greatest);
// Decades around [least, greatest]; labels by `label`.
[[nodiscard]] Axis decade_axis(double least, double greatest,
                               const std::function<std::string(double)>& label);
// 0 to `end`, at most seven ticks, "1:30".
[[nodiscard]] Axis time_axis(Nanoseconds end);

struct Plot {
  std::string finding;  // what the chart shows, a sentence: the aria-label
  std::string size;     // "tall", "low": a class of report.css
  Axis x, y;
  std::vector<Line> lines;
  std::vector<Window> windows{};  // shaded, on a time axis
  std::vector<double> rug{};      // marks on the axis, places in [0, 1]
};
[[nodiscard]] Raw svg(const Plot& plot);

// The legend of a plot: a sample of each line and its name.
[[nodiscard]] Raw legend(const std::vector<Line>& lines, std::string_view more = {});

// A series over [0, 1] of the time axis, at most `most` points.
[[nodiscard]] std::vector<std::pair<double, std::optional<double>>> points_of(const Series& series,
                                                                              std::size_t most);

// A series as a small picture without axes.
[[nodiscard]] Raw sparkline(const Series& series, std::string_view style);

}  // namespace votebench::report::html
