#include <algorithm>

#include "report/write/html.h"

namespace votebench::report::html {
namespace {

std::string in_percent(double share) { return fmt::format("{:.4g}%", share * 100); }

// Where a night stands on the axis: in the middle of its column.
double column(const NightChart& chart, std::size_t night) {
  return (static_cast<double>(night) + 0.5) / static_cast<double>(chart.nights.size());
}

std::string height(const NightChart& chart, double value) {
  return in_percent(1 - value / chart.high);
}

void add_grid(Markup& out, const NightChart& chart) {
  for (const auto& [value, label] : chart.ticks)
    out.add(R"(<line class="grid" x1="0" x2="100%" y1="{0}" y2="{0}"/>)"
            R"(<text class="tick" x="-6" y="{0}" dy=".32em" text-anchor="end">{1}</text>)",
            height(chart, value), label);
}

// As many names as fit a phone, each in the middle of its part.
void add_names(Markup& out, const NightChart& chart) {
  constexpr std::size_t kShort = 10;
  const std::size_t most = chart.nights.front().name.size() > kShort ? 2 : 3;
  const std::size_t count = std::min(most, chart.nights.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t night = (2 * i + 1) * chart.nights.size() / (2 * count);
    out.add(R"(<text class="tick" x="{}" y="100%" dy="1.5em" text-anchor="middle">{}</text>)",
            in_percent(column(chart, night)), chart.nights[night].name);
  }
}

void add_dots(Markup& out, const NightChart& chart) {
  for (std::size_t i = 0; i < chart.nights.size(); ++i) {
    const NightChart::Night& night = chart.nights[i];
    if (night.value)
      out.add(R"(<circle class="night{}" cx="{}" cy="{}" r="3.5"><title>{}: {}</title></circle>)",
              night.marked ? " marked" : "", in_percent(column(chart, i)),
              height(chart, *night.value), night.name, night.text);
  }
}

// The median of each stretch, and where one ends because of a change; numbered as in the list
// below.
void add_stretches(Markup& out, const NightChart& chart) {
  const double half = 0.5 / static_cast<double>(chart.nights.size());
  for (std::size_t i = 0; i < chart.stretches.size(); ++i) {
    const NightChart::Stretch& stretch = chart.stretches[i];
    const std::string from = in_percent(column(chart, stretch.from) - half);
    out.add(R"(<line class="line" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>)", from,
            in_percent(column(chart, stretch.to - 1) + half), height(chart, stretch.median));
    if (i > 0)
      out.add(R"(<g class="event"><line x1="{0}" x2="{0}" y1="0" y2="100%"/>)"
              R"(<circle cx="{0}" cy="9" r="8"/><text x="{0}" y="9" dy=".36em" )"
              R"(text-anchor="middle">{1}</text></g>)",
              from, i);
  }
}

}  // namespace

Raw figure(const NightChart& chart) {
  Markup out;
  out.add(R"(<figure class="chart" id="chart-{}"><figcaption><h3>{}</h3></figcaption>
<div class="nights"><svg role="img" aria-label="{}" width="100%" height="100%">)",
          chart.id, chart.title, chart.finding);
  add_grid(out, chart);
  add_names(out, chart);
  add_dots(out, chart);
  add_stretches(out, chart);
  out.add("</svg></div></figure>\n");
  return std::move(out).raw();
}

}  // namespace votebench::report::html
