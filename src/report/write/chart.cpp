#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "core/text.h"
#include "report/words.h"
#include "report/write/html.h"

namespace votebench::report::html {
namespace {

using Points = std::vector<std::pair<double, std::optional<double>>>;

constexpr std::size_t kStillPoints = 400;  // of a curve that is 1,000 pixels wide at most
constexpr std::size_t kMaxPoints = 2000;   // where one can zoom
// The inner coordinates of curves; stretched to whatever space there is.
constexpr double kWidth = 1000;
constexpr double kHeight = 200;
// 0.3 / 0.1 and -log10(0.001) are a little less than 3.
constexpr double kRounding = 1e-9;

std::string percent(double share) { return fmt::format("{:.4g}%", share * 100); }

// An axis from `low` to `high` with labelled ticks.
struct Axis {
  double low = 0;
  double high = 1;
  bool logarithmic = false;  // then low > 0
  std::vector<std::pair<double, std::string>> ticks{};

  // 0 at the low end, 1 at the high end; clamped.
  [[nodiscard]] double place(double value) const {
    const double share = logarithmic ? std::log(std::max(value, low) / low) / std::log(high / low)
                                     : (value - low) / (high - low);
    return std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0;
  }
};

// 1, 2 or 5 times a power of ten.
double round_step(double rough) {
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough * 0.999) return factor * power;
  return 10 * power;
}

std::string short_number(double value) {
  if (value >= 1e7) return fmt::format("{:.3g}M", value / 1e6);
  if (value >= 1e4) return fmt::format("{:.3g}k", value / 1e3);
  if (value >= 1e3) return format_count(static_cast<std::uint64_t>(std::llround(value)));
  return fmt::format("{:.4g}", value);
}

// From 0 to a round number not below `greatest`, with about four ticks.
Axis linear_axis(double greatest) {
  const double step = round_step(std::max(greatest, 1.0) / 4);
  Axis axis;
  axis.high = std::max(std::ceil(greatest / step), 1.0) * step;
  const long ticks = std::lround(axis.high / step);
  for (long tick = 0; tick <= ticks; ++tick) {
    const double value = static_cast<double>(tick) * step;
    axis.ticks.emplace_back(value, short_number(value));
  }
  return axis;
}

// Decades around [least, greatest].
Axis decade_axis(double least, double greatest) {
  Axis axis;
  axis.logarithmic = true;
  axis.low = std::pow(10, std::floor(std::log10(least) + 1e-9));
  axis.high = std::max(std::pow(10, std::ceil(std::log10(greatest) - 1e-9)), axis.low * 10);
  const long decades = std::lround(std::log10(axis.high / axis.low));
  for (long decade = 0; decade <= decades; ++decade) {
    const double value = axis.low * std::pow(10, decade);
    axis.ticks.emplace_back(value, format_duration(Nanoseconds(std::llround(value * 1e9))));
  }
  return axis;
}

// 0 to `end`, at most seven ticks, "1:30".
Axis time_axis(double end) {
  static constexpr std::array<double, 26> kSteps{
      0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5,  1,    2,    5,     10,
      15,    20,    30,    60,   120,  300,  600, 900, 1800, 3600, 7200, 14400, 43200};
  Axis axis;
  axis.high = std::max(end, 0.001);
  double step = kSteps.front();
  for (const double next : kSteps)
    if (axis.high / step > 6) step = next;
  while (axis.high / step > 6) step *= 2;
  const auto ticks = static_cast<long>(axis.high / step + kRounding);
  for (long tick = 0; tick <= ticks; ++tick) {
    const double value = static_cast<double>(tick) * step;
    axis.ticks.emplace_back(value, clock_text(Nanoseconds(std::llround(value * 1e9))));
  }
  return axis;
}

// "90 %", "99.9 %" for 1 and 3 decades.
std::string share_label(int decades) {
  if (decades == 1) return "90 %";
  return fmt::format("{:.{}f} %", 100 * (1 - std::pow(10, -decades)), decades - 2);
}

Axis share_axis(double decades) {
  Axis axis;
  axis.high = std::max(decades, 1.0);
  axis.ticks.emplace_back(std::log10(2), "50 %");
  for (int tick = 1; tick <= static_cast<int>(axis.high + kRounding); ++tick)
    axis.ticks.emplace_back(tick, share_label(tick));
  return axis;
}

double end_of(const Chart& chart) {
  double end = in_seconds(chart.until);
  for (const Curve& curve : chart.curves) {
    end = std::max(end, in_seconds(chart.step) * static_cast<double>(curve.series.size()));
    for (const auto& [x, y] : curve.points) end = std::max(end, x);
  }
  return end;
}

// The curve at no more than `most` points over the x axis.
Points points_of(const Curve& curve, double step, std::size_t most) {
  if (!curve.points.empty()) return {curve.points.begin(), curve.points.end()};
  const Reduced reduced = reduce(curve.series, most);
  Points points;
  for (std::size_t i = 0; i < reduced.values.size(); ++i)
    points.emplace_back(static_cast<double>(i) * reduced.per_value * step, reduced.values[i]);
  return points;
}

Axis y_axis(const Chart& chart) {
  double least = 1e9, greatest = 0;
  const auto see = [&](double value) {
    if (value > 0) least = std::min(least, value);
    greatest = std::max(greatest, value);
  };
  for (const Curve& curve : chart.curves) {
    for (const auto& value : curve.series) see(value.value_or(0));
    for (const auto& [x, y] : curve.points) see(y);
  }
  if (chart.y != Scale::duration) return linear_axis(greatest);
  return greatest > 0 ? decade_axis(least, greatest) : decade_axis(0.001, 1);
}

// One sub-path for each stretch without a gap; closed down to the axis where it is to be filled. A
// value between two gaps is a dot: a line without length, of which the ends are drawn.
std::string path_of(const Points& points, const Axis& x, const Axis& y, bool filled) {
  std::string path;
  std::optional<double> first;
  double last = 0;
  bool line = false;
  const auto close = [&] {
    if (filled && first)
      path += fmt::format("L{:.0f} {}L{:.0f} {}Z", last, kHeight, *first, kHeight);
    else if (first && !line)
      path += "h0";
    first.reset();
    line = false;
  };
  for (const auto& [at, value] : points) {
    if (!value) {
      close();
      continue;
    }
    last = x.place(at) * kWidth;
    path +=
        fmt::format("{}{:.0f} {:.4g}", first ? "L" : "M", last, (1 - y.place(*value)) * kHeight);
    line = first.has_value();
    if (!first) first = last;
  }
  close();
  return path;
}

// The space between two curves of the same steps, wherever both are known.
std::string band_of(const Points& lower, const Points& upper, const Axis& x, const Axis& y) {
  std::string path, back;
  const auto place = [&](const auto& point) {
    return fmt::format("{:.0f} {:.4g}", x.place(point.first) * kWidth,
                       (1 - y.place(*point.second)) * kHeight);
  };
  const auto close = [&] {
    if (!back.empty()) path += back + "Z";
    back.clear();
  };
  for (std::size_t i = 0; i < std::min(lower.size(), upper.size()); ++i) {
    if (!lower[i].second || !upper[i].second) {
      close();
      continue;
    }
    path += (back.empty() ? "M" : "L") + place(upper[i]);
    back.insert(0, "L" + place(lower[i]));
  }
  close();
  return path;
}

void add_grid(Markup& out, const Axis& x, const Axis& y) {
  for (const auto& [value, label] : y.ticks)
    out.add(R"(<line class="grid" x1="0" x2="100%" y1="{0}" y2="{0}"/>)"
            R"(<text class="tick" x="-6" y="{0}" dy=".32em" text-anchor="end">{1}</text>)",
            percent(1 - y.place(value)), label);
  out.add("<g class=\"ticks\">");
  for (const auto& [value, label] : x.ticks)
    out.add(R"(<text class="tick" x="{}" y="100%" dy="1.5em" text-anchor="middle">{}</text>)",
            percent(x.place(value)), label);
  out.add("</g>");
}

// Numbered as in the list below the charts.
void add_windows(Markup& out, const Chart& chart, const Axis& x) {
  std::size_t number = 0;
  for (const Window& window : chart.windows) {
    const double from = in_seconds(window.from);
    const double place = x.place(from);
    if (window.to)
      out.add(R"(<rect class="window" data-from="{}" data-to="{}" x="{}" width="{}" y="0" )"
              R"(height="100%"/>)",
              from, in_seconds(*window.to), percent(place),
              percent(std::max(x.place(in_seconds(*window.to)) - place, 0.001)));
    out.add(R"(<g class="event" data-at="{2}"><line x1="{0}" x2="{0}" y1="0" y2="100%"/>)"
            R"(<circle cx="{0}" cy="9" r="8"/><text x="{0}" y="9" dy=".36em" )"
            R"(text-anchor="middle">{1}</text></g>)",
            percent(place), ++number, from);
  }
}

// Each place of the screen once.
std::vector<double> places_of(const std::vector<double>& marks, double end) {
  std::set<double> places;
  for (const double mark : marks)
    places.insert(std::floor(mark / end * kMaxPoints) / kMaxPoints * end);
  return {places.begin(), places.end()};
}

void add_marks(Markup& out, const Chart& chart, const Axis& x) {
  if (chart.marks.empty()) return;
  std::string path;
  for (const double mark : places_of(chart.marks, x.high))
    path += fmt::format("M{:.1f} 176V200", x.place(mark) * kWidth);
  out.add(R"(<path class="rug" d="{}"/>)", Raw{path});
}

void add_legend(Markup& out, const Chart& chart) {
  out.add("<ul class=\"legend\">");
  for (const Curve& curve : chart.curves)
    out.add(R"(<li><svg width="26" height="10" aria-hidden="true"><path class="line {0}" )"
            R"(d="M1 5H25"/></svg><span data-name="{0}">{1}</span></li>)",
            curve.style, curve.name);
  if (chart.band)
    out.add(R"(<li><svg width="26" height="10" aria-hidden="true"><path class="area band" )"
            R"(d="M1 0H25V10H1Z"/></svg>{} to {}</li>)",
            chart.curves[0].name, chart.curves[1].name);
  if (!chart.mark_words.empty())
    out.add(R"(<li><svg width="10" height="12" aria-hidden="true"><path class="rug" d="M5 1V11"/>)"
            R"(</svg>{}</li>)",
            chart.mark_words);
  out.add("</ul>");
}

std::string_view name_of(Scale scale) {
  static constexpr std::array<std::string_view, 5> kNames{"time", "share", "per_second", "count",
                                                          "duration"};
  return kNames.at(static_cast<std::size_t>(scale));
}

void add_curves(Markup& out, const Chart& chart, const Axis& x, const Axis& y) {
  const auto still = [&](std::size_t curve) {
    return points_of(chart.curves[curve], in_seconds(chart.step), kStillPoints);
  };
  if (chart.band)
    out.add(R"(<path class="area band" data-band d="{}"/>)",
            Raw{band_of(still(0), still(1), x, y)});
  for (const Curve& curve : chart.curves) {
    const Points points = points_of(curve, in_seconds(chart.step), kStillPoints);
    if (chart.area)
      out.add(R"(<path class="area {0}" data-curve="{0}" d="{1}"/>)", curve.style,
              Raw{path_of(points, x, y, true)});
    out.add(R"(<path class="line {0}" data-curve="{0}" d="{1}"/>)", curve.style,
            Raw{path_of(points, x, y, false)});
  }
}

using Json = nlohmann::ordered_json;

// Four significant digits are more than a screen shows.
Json number(const std::optional<double>& value) {
  if (!value || !std::isfinite(*value)) return nullptr;
  if (*value == 0) return 0;
  const double scale = std::pow(10, 3 - std::floor(std::log10(std::abs(*value))));
  const double rounded = std::round(*value * scale) / scale;
  if (rounded == std::floor(rounded) && std::abs(rounded) < 1e15)
    return static_cast<std::int64_t>(rounded);
  return rounded;
}

Json curve_json(const Chart& chart, const Curve& curve) {
  Json list = Json::array();
  if (chart.x == Scale::share) {
    for (const auto& [x, y] : curve.points) list.push_back({number(x), number(y)});
  } else {
    for (const auto& value : reduce(curve.series, kMaxPoints).values) list.push_back(number(value));
  }
  return list;
}

}  // namespace

Raw sparkline(const Spark& spark) {
  Chart chart;
  chart.step = std::chrono::seconds(1);
  chart.area = true;
  chart.curves.push_back({spark.style, "", spark.series});
  Axis y;
  for (const auto& value : spark.series) y.high = std::max(y.high, value.value_or(0));
  Axis x;
  x.high = std::max(end_of(chart), 1.0);
  const Points points = points_of(chart.curves.front(), 1, 120);
  Markup out;
  out.add(R"(<svg class="spark" viewBox="0 0 1000 200" preserveAspectRatio="none" )"
          R"(aria-hidden="true"><path class="area {0}" d="{1}"/><path class="line {0}" d="{2}"/>)"
          R"(</svg>)",
          spark.style, Raw{path_of(points, x, y, true)}, Raw{path_of(points, x, y, false)});
  return std::move(out).raw();
}

Raw figure(const Chart& chart) {
  const double end = end_of(chart);
  const Axis x = chart.x == Scale::time ? time_axis(end) : share_axis(end);
  const Axis y = y_axis(chart);
  Markup out;
  out.add(R"(<figure class="chart" id="chart-{}"><figcaption><h3>{}</h3>)", chart.id, chart.title);
  add_legend(out, chart);
  out.add(R"(</figcaption>
<div class="plot {}" data-panel="{}" data-x="{}" data-y="{}" data-end="{}" data-low="{}" )"
          R"(data-high="{}"><svg class="still" role="img" aria-label="{}" width="100%" )"
          R"(height="100%">)",
          chart.tall ? "tall" : "low", chart.data, name_of(chart.x), name_of(chart.y), x.high,
          y.low, y.high, chart.finding);
  add_grid(out, x, y);
  add_windows(out, chart, x);
  out.add(R"(<svg viewBox="0 0 1000 200" preserveAspectRatio="none" width="100%" height="100%">)");
  add_curves(out, chart, x, y);
  add_marks(out, chart, x);
  out.add(R"(</svg></svg><div class="live" role="slider" tabindex="0" aria-label="Crosshair: {}" )"
          R"(aria-describedby="chart-keys" aria-valuemin="0" aria-valuenow="0" )"
          R"(aria-valuetext="not placed" hidden></div></div>)"
          R"(<button type="button" class="reset" hidden>Show all</button></figure>
)",
          chart.title);
  return std::move(out).raw();
}

std::string numbers(const Chart& chart) {
  Json json{{"names", Json::array()}};
  Json values = Json::array();
  double per_value = 1;
  for (const Curve& curve : chart.curves) {
    json["names"].push_back(curve.style);
    values.push_back(curve_json(chart, curve));
    if (chart.x == Scale::time) per_value = reduce(curve.series, kMaxPoints).per_value;
  }
  if (chart.x == Scale::time) json["step"] = in_seconds(chart.step) * per_value;
  json[chart.x == Scale::time ? "values" : "points"] = std::move(values);
  if (!chart.marks.empty()) {
    json["marks"] = Json::array();
    for (const double mark : places_of(chart.marks, end_of(chart)))
      json["marks"].push_back(number(mark));
  }
  return json.dump();
}

}  // namespace votebench::report::html
