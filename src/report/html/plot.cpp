#include "report/html/plot.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace votebench::report::html {
namespace {

// The inner coordinates of curves; stretched to whatever space there is.
constexpr double kWidth = 1000;
constexpr double kHeight = 200;

std::string percent(double share) { return fmt::format("{:.4g}%", share * 100); }

std::string coordinate(double x, double y) {
  return fmt::format("{:.0f} {:.4g}", x * kWidth, (1 - y) * kHeight);
}

// One sub-path for each stretch without a gap; closed down to the axis where it is to be filled.
std::string path_of(const Line& line, const Axis& y, bool filled) {
  std::string path;
  std::optional<double> first, last;
  const auto close = [&] {
    if (filled && first)
      path +=
          fmt::format("L{:.0f} {}L{:.0f} {}Z", *last * kWidth, kHeight, *first * kWidth, kHeight);
    first.reset();
  };
  for (const auto& [x, value] : line.points) {
    if (!value) {
      close();
      continue;
    }
    path += (first ? "L" : "M") + coordinate(x, y.place(*value));
    if (!first) first = x;
    last = x;
  }
  close();
  return path;
}

void add_line(Markup& out, const Line& line, const Axis& y) {
  if (line.area)
    out.add(R"(<path class="area {}" d="{}"/>)", line.style, Raw{path_of(line, y, true)});
  out.add(R"(<path class="line {}" d="{}"/>)", line.style, Raw{path_of(line, y, false)});
}

void add_grid(Markup& out, const Plot& plot) {
  for (const auto& [value, label] : plot.y.ticks) {
    const std::string y = percent(1 - plot.y.place(value));
    out.add(R"(<line class="grid" x1="0" x2="100%" y1="{0}" y2="{0}"/>)"
            R"(<text class="tick" x="-6" y="{0}" dy=".32em" text-anchor="end">{1}</text>)",
            y, label);
  }
  for (const auto& [value, label] : plot.x.ticks)
    out.add(R"(<text class="tick" x="{}" y="100%" dy="1.5em" text-anchor="middle">{}</text>)",
            percent(plot.x.place(value)), label);
}

void add_windows(Markup& out, const Plot& plot) {
  std::size_t number = 0;
  for (const Window& window : plot.windows) {
    const auto place = [&](Nanoseconds at) { return plot.x.place(in_seconds(at)); };
    const double from = place(window.from);
    if (window.to)
      out.add(R"(<rect class="window" x="{}" width="{}" y="0" height="100%"/>)", percent(from),
              percent(std::max(place(*window.to) - from, 0.001)));
    out.add(R"(<line class="event" x1="{0}" x2="{0}" y1="0" y2="100%"/>)"
            R"(<circle class="event" cx="{0}" cy="9" r="8"/>)"
            R"(<text class="event" x="{0}" y="9" dy=".36em" text-anchor="middle">{1}</text>)",
            percent(from), ++number);
  }
}

void add_rug(Markup& out, const std::vector<double>& rug) {
  if (rug.empty()) return;
  std::string path;
  for (const double place : rug) path += fmt::format("M{:.1f} 176V200", place * kWidth);
  out.add(R"(<svg class="rug" viewBox="0 0 1000 200" preserveAspectRatio="none" width="100%" )"
          R"(height="100%"><path d="{}"/></svg>)",
          path);
}

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
  return fmt::format("{:.4g}", value);
}

}  // namespace

double Axis::place(double value) const {
  const double share = logarithmic ? std::log(std::max(value, low) / low) / std::log(high / low)
                                   : (value - low) / (high - low);
  return std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0;
}

Axis linear_axis(double greatest) {
  const double step = round_step(std::max(greatest, 1.0) / 4);
  Axis axis;
  axis.high = std::max(std::ceil(greatest / step), 1.0) * step;
  for (double value = 0; value <= axis.high * 1.0001; value += step)
    axis.ticks.emplace_back(value, short_number(value));
  return axis;
}

Axis decade_axis(double least, double greatest, const std::function<std::string(double)>& label) {
  Axis axis;
  axis.logarithmic = true;
  axis.low = std::pow(10, std::floor(std::log10(least) + 1e-9));
  axis.high = std::max(std::pow(10, std::ceil(std::log10(greatest) - 1e-9)), axis.low * 10);
  for (double value = axis.low; value <= axis.high * 1.0001; value *= 10)
    axis.ticks.emplace_back(value, label(value));
  return axis;
}

Axis time_axis(Nanoseconds end) {
  static constexpr std::array<double, 18> kSteps{
      0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200};
  Axis axis;
  axis.high = std::max(in_seconds(end), 0.001);
  double step = kSteps.front();
  for (const double next : kSteps)
    if (axis.high / step > 6) step = next;
  while (axis.high / step > 6) step *= 2;
  for (double value = 0; value <= axis.high; value += step)
    axis.ticks.emplace_back(value, clock_text(Nanoseconds(static_cast<std::int64_t>(value * 1e9))));
  return axis;
}

Raw svg(const Plot& plot) {
  Markup out;
  out.add(R"(<div class="plot {}"><svg class="still" role="img" aria-label="{}" width="100%" )"
          R"(height="100%">)",
          plot.size, plot.finding);
  add_grid(out, plot);
  add_windows(out, plot);
  out.add(R"(<svg viewBox="0 0 1000 200" preserveAspectRatio="none" width="100%" height="100%">)");
  for (const Line& line : plot.lines) add_line(out, line, plot.y);
  out.add("</svg>");
  add_rug(out, plot.rug);
  out.add(R"(</svg><div class="live" hidden></div></div>)");
  return std::move(out).raw();
}

Raw legend(const std::vector<Line>& lines, std::string_view more) {
  Markup out;
  out.add("<ul class=\"legend\">");
  for (const Line& line : lines)
    out.add(R"(<li><svg width="26" height="10" aria-hidden="true"><path class="line {}" )"
            R"(d="M1 5H25"/></svg>{} <b data-value="{}"></b></li>)",
            line.style, line.name, line.style);
  if (!more.empty())
    out.add(R"(<li><svg width="10" height="12" aria-hidden="true"><path class="rugmark" )"
            R"(d="M5 1V11"/></svg>{}</li>)",
            more);
  out.add("<li class=\"cursor\" hidden></li></ul>");
  return std::move(out).raw();
}

std::vector<std::pair<double, std::optional<double>>> points_of(const Series& series,
                                                                std::size_t most) {
  const Reduced reduced = reduce(series, most);
  std::vector<std::pair<double, std::optional<double>>> points;
  const auto total = static_cast<double>(series.size());
  for (std::size_t i = 0; i < reduced.values.size(); ++i)
    points.emplace_back(static_cast<double>(i) * reduced.per_value / total, reduced.values[i]);
  return points;
}

Raw sparkline(const Series& series, std::string_view style) {
  double greatest = 0;
  for (const auto& value : series) greatest = std::max(greatest, value.value_or(0));
  Axis y;
  y.high = greatest > 0 ? greatest : 1;
  const Line line{std::string(style), "", points_of(series, 120), true};
  Markup out;
  out.add(R"(<svg class="spark" viewBox="0 0 1000 200" preserveAspectRatio="none" )"
          R"(aria-hidden="true">)");
  add_line(out, line, y);
  out.add("</svg>");
  return std::move(out).raw();
}

}  // namespace votebench::report::html
