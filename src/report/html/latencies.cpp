#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.h"
#include "report/html/plot.h"
#include "report/html/sections.h"
#include "report/percentile_curve.h"
#include "report/words.h"

namespace votebench::report::html {
namespace {

constexpr std::array<double, 7> kShares{0.5, 0.75, 0.9, 0.99, 0.999, 0.9999, 1.0};

// "10 ms" for 0.01.
std::string time_label(double seconds) {
  return format_duration(Nanoseconds(std::llround(seconds * 1e9)));
}

struct Named {
  std::string style;
  std::string name;
  const Latency& latency;
};

std::vector<Named> measured(const Report& report) {
  std::vector<Named> found;
  const auto add = [&](std::string style, std::string name, const Latency& latency) {
    if (latency.count() > 0) found.push_back({std::move(style), std::move(name), latency});
  };
  add("service", "HTTP service (from its start)", report.service);
  add("accepted", "HTTP response (from the time it was due)", report.response);
  add("written",
      report.stored.kind == LatencyKind::bounded ? "end to end (to its row, at most)"
                                                 : "end to end (to its commit)",
      report.stored);
  return found;
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
  for (int tick = 1; tick <= static_cast<int>(axis.high); ++tick)
    axis.ticks.emplace_back(tick, share_label(tick));
  return axis;
}

struct Range {
  double least = 1e9, greatest = 0;
  void see(double value) {
    if (value <= 0) return;
    least = std::min(least, value);
    greatest = std::max(greatest, value);
  }
  [[nodiscard]] Axis axis() const {
    return greatest > 0 ? decade_axis(least, greatest, time_label)
                        : decade_axis(0.001, 1, time_label);
  }
};

std::string curve_finding(const std::vector<Named>& all) {
  std::string text = "Latency by percentile.";
  for (const Named& one : all)
    text += fmt::format(" {}: p50 {}, p99 {}, slowest {}.", one.name,
                        percentile_text(one.latency.percentile(0.5), true),
                        percentile_text(one.latency.percentile(0.99), true),
                        percentile_text(one.latency.percentile(1), true));
  return text;
}

Plot curve_plot(const std::vector<Named>& all) {
  double decades = 1;
  Range range;
  std::vector<std::vector<CurvePoint>> curves;
  for (const Named& one : all) {
    curves.push_back(percentile_curve(one.latency));
    for (const CurvePoint& point : curves.back()) {
      decades = std::max(decades, -std::log10(1 - point.share));
      range.see(in_seconds(point.value));
    }
  }
  Plot plot{curve_finding(all), "tall", share_axis(decades), range.axis(), {}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    plot.lines.push_back({all[i].style, all[i].name, {}});
    for (const CurvePoint& point : curves[i])
      plot.lines.back().points.emplace_back(-std::log10(1 - point.share) / plot.x.high,
                                            in_seconds(point.value));
  }
  return plot;
}

Raw percentile_table(const std::vector<Named>& all) {
  Markup out;
  out.add("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Latency</th>");
  for (const double share : kShares)
    out.add("<th scope=\"col\" class=\"number\">{}</th>",
            share == 1.0 ? std::string("max") : fmt::format("p{:g}", share * 100));
  out.add("<th scope=\"col\" class=\"number\">votes</th></tr></thead><tbody>\n");
  for (const Named& one : all) {
    out.add("<tr><th scope=\"row\">{}</th>", one.name);
    for (const double share : kShares)
      out.add("<td class=\"number\">{}</td>", percentile_text(one.latency.percentile(share), true));
    out.add("<td class=\"number\">{}</td></tr>\n", format_count(one.latency.count()));
  }
  out.add("</tbody></table></div>\n");
  return std::move(out).raw();
}

Plot time_plot(const Report& report) {
  const Timeline& timeline = report.timeline;
  Range range;
  std::vector<Line> lines;
  const auto add = [&](std::string style, std::string name, const Series& series) {
    for (const auto& value : series) range.see(value.value_or(0));
    lines.push_back({std::move(style), std::move(name), points_of(series, kMaxLatencySteps)});
  };
  add("p50", "p50", timeline.response_p50);
  add("p99", "p99", timeline.response_p99);
  add("slowest", "slowest", timeline.response_max);
  const auto slowest = std::max_element(timeline.response_max.begin(), timeline.response_max.end());
  const Nanoseconds at = timeline.latency_step * (slowest - timeline.response_max.begin());
  return {
      fmt::format("HTTP response time of accepted votes over time, in steps of {}: the slowest "
                  "took {}, due at {}.",
                  format_duration(timeline.latency_step), time_label(slowest->value_or(0)),
                  clock_text(at)),
      "low",
      time_axis(timeline.latency_step * static_cast<std::int64_t>(timeline.response_max.size())),
      range.axis(),
      lines,
      windows(report)};
}

void add_figure(Markup& out, std::string_view id, std::string_view title, const Plot& plot) {
  out.add(R"(<figure class="chart" id="{}"><figcaption><h3>{}</h3>{}</figcaption>
{}</figure>
)",
          id, title, legend(plot.lines), svg(plot));
}

Raw time_table(const Timeline& timeline) {
  static constexpr std::size_t kRows = 40;
  const std::size_t width = (timeline.response_max.size() + kRows - 1) / kRows;
  Markup out;
  out.add(R"(<details class="data"><summary>Data table</summary><p class="note">The greatest )"
          R"(value of each {} or longer row.</p><div class="scroll"><table><thead><tr>)"
          R"(<th scope="col">due from</th><th scope="col">p50</th><th scope="col">p99</th>)"
          R"(<th scope="col">slowest</th></tr></thead><tbody>
)",
          format_duration(timeline.latency_step));
  for (std::size_t first = 0; first < timeline.response_max.size(); first += width) {
    const auto most = [&](const Series& series) {
      std::optional<double> value;
      for (std::size_t i = first; i < std::min(first + width, series.size()); ++i)
        value = std::max(value, series[i]);
      return value ? time_label(*value) : std::string(kNotMeasured);
    };
    out.add("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            clock_text(timeline.latency_step * static_cast<std::int64_t>(first)),
            most(timeline.response_p50), most(timeline.response_p99), most(timeline.response_max));
  }
  out.add("</tbody></table></div></details>\n");
  return std::move(out).raw();
}

void add_notes(Markup& out, const Report& report) {
  const std::uint64_t unfinished = report.response.unfinished.count();
  if (unfinished + report.stored.unfinished.count() > 0)
    out.add(
        "<p class=\"note\">A vote without an end counts as slower than all others ({} not "
        "accepted, {} accepted and not stored): where they begin, a percentile is only known "
        "to be at least (≥) something, and its curve ends.</p>\n",
        format_count(unfinished), format_count(report.stored.unfinished.count()));
  if (report.warm_up > Nanoseconds(0))
    out.add("<p class=\"note\">Percentiles leave out the first {} (warm-up).</p>\n",
            format_duration(report.warm_up));
  if (report.stored.uncertainty > Nanoseconds(0))
    out.add("<p class=\"note\">End to end compares two clocks, which agree within {}.</p>\n",
            format_duration(report.stored.uncertainty));
  if (!report.stored.note.empty())
    out.add("<p class=\"note\">End to end: {}.</p>\n", report.stored.note);
}

}  // namespace

Raw latencies(const Report& report) {
  const std::vector<Named> all = measured(report);
  if (all.empty()) return {};
  Markup out;
  out.add("<section id=\"latency\"><h2>Latency</h2>\n");
  add_figure(out, "chart-percentiles", "By percentile", curve_plot(all));
  out.add("{}", percentile_table(all));
  add_notes(out, report);
  const Series& slowest = report.timeline.response_max;
  if (std::ranges::any_of(slowest, [](const auto& value) { return value.has_value(); })) {
    add_figure(out, "chart-latency", "HTTP response time over time", time_plot(report));
    out.add("{}", time_table(report.timeline));
  }
  out.add("</section>\n");
  return std::move(out).raw();
}

}  // namespace votebench::report::html
