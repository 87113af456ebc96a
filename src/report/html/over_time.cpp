#include <algorithm>
#include <set>

#include "core/text.h"
#include "report/html/plot.h"
#include "report/html/sections.h"
#include "report/words.h"

namespace votebench::report::html {
namespace {

constexpr std::size_t kStillPoints = 400;  // of a curve that is 1,000 pixels wide at most
constexpr std::size_t kTableRows = 40;

Nanoseconds end_of(const Timeline& timeline) {
  return timeline.step * static_cast<std::int64_t>(timeline.steps);
}

double greatest(const std::vector<Line>& lines) {
  double most = 0;
  for (const Line& line : lines)
    for (const auto& [x, value] : line.points) most = std::max(most, value.value_or(0));
  return most;
}

std::vector<Line> rate_lines(const Timeline& timeline) {
  std::vector<Line> lines;
  const auto add = [&](std::string style, std::string name, const Series& series) {
    if (!series.empty())
      lines.push_back({std::move(style), std::move(name), points_of(series, kStillPoints)});
  };
  add("sent", "sent", timeline.sent);
  add("accepted", "accepted (HTTP)", timeline.accepted);
  add("queued", "queued (Redis)", timeline.queued);
  add("written", "written (PostgreSQL)", timeline.written);
  if (std::ranges::any_of(timeline.failed, [](const auto& value) { return value > 0.0; }))
    add("failed", "not accepted", timeline.failed);
  return lines;
}

std::vector<double> rug(const Report& report) {
  static constexpr double kPlaces = 1000;
  std::set<double> places;
  const double end = in_seconds(end_of(report.timeline));
  for (const Finding& finding : report.audit.findings)
    if (finding.sent_at)
      places.insert(std::floor(in_seconds(*finding.sent_at) / end * kPlaces) / kPlaces);
  return {places.begin(), places.end()};
}

std::string level_words(std::string_view name, const Level& level) {
  if (!level.known) return {};
  return fmt::format(" {} {} votes, {}/s on average, {}/s in the busiest second.", name,
                     format_count(level.votes), rate_text(level.mean_per_s),
                     rate_text(level.peak_per_s));
}

std::string stall_words(const Report& report) {
  const auto stall = longest_stall(report);
  if (!stall) return {};
  return fmt::format(" No row was written for {} from {} on, while votes were queued.",
                     format_duration(*stall->to - stall->from), clock_text(stall->from));
}

std::string rate_finding(const Report& report) {
  return level_words("Accepted", report.levels.accepted) +
         level_words("Written", report.levels.written) + stall_words(report);
}

std::string depth_finding(const Report& report) {
  const Series& depth = report.timeline.depth;
  const auto deepest = std::max_element(depth.begin(), depth.end());
  const Nanoseconds at = report.timeline.step * (deepest - depth.begin());
  return fmt::format(
      "Votes waiting in the queue over time: at most {}, first seen at {}; {} at the end.",
      format_count(report.depth_max), clock_text(at), format_count(report.depth_end));
}

// Mean and extremes of a series over some steps.
struct Summary {
  std::optional<double> mean, most;
};
Summary summary(const Series& series, std::size_t first, std::size_t last) {
  double sum = 0, most = 0, known = 0;
  for (std::size_t i = first; i < std::min(last, series.size()); ++i) {
    if (!series[i]) continue;
    sum += *series[i];
    most = std::max(most, *series[i]);
    ++known;
  }
  if (known == 0) return {};
  return {sum / known, most};
}

std::string count_or_dash(const std::optional<double>& value) {
  return value ? format_count(static_cast<std::uint64_t>(*value + 0.5)) : std::string(kNotMeasured);
}

Raw data_table(const Timeline& timeline) {
  const std::size_t width = (timeline.steps + kTableRows - 1) / kTableRows;
  Markup out;
  out.add(R"(<details class="data"><summary>Data table</summary><p class="note">Means per second )"
          R"(over {}; every sample is in timeseries.csv.</p><div class="scroll"><table><thead><tr>)"
          R"(<th scope="col">from</th><th scope="col">sent/s</th><th scope="col">accepted/s</th>)"
          R"(<th scope="col">queued/s</th><th scope="col">written/s</th>)"
          R"(<th scope="col">queue, most</th></tr></thead><tbody>
)",
          format_duration(timeline.step * static_cast<std::int64_t>(width)));
  for (std::size_t first = 0; first < timeline.steps; first += width) {
    const auto mean = [&](const Series& series) {
      return rate_text(summary(series, first, first + width).mean);
    };
    out.add("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            clock_text(timeline.step * static_cast<std::int64_t>(first)), mean(timeline.sent),
            mean(timeline.accepted), mean(timeline.queued), mean(timeline.written),
            count_or_dash(summary(timeline.depth, first, first + width).most));
  }
  out.add("</tbody></table></div></details>\n");
  return std::move(out).raw();
}

Raw event_list(const std::vector<Window>& windows) {
  if (windows.empty()) return {};
  Markup out;
  out.add("<ol class=\"events\">");
  for (const Window& window : windows)
    out.add("<li><b>{}{}</b> {}{}{}</li>", clock_text(window.from),
            window.to ? " to " + clock_text(*window.to) : "", window.name,
            window.detail.empty() ? "" : ": ", window.detail);
  out.add("</ol>\n");
  return std::move(out).raw();
}

void add_figure(Markup& out, std::string_view id, std::string_view title, const Plot& plot,
                std::string_view marks) {
  out.add(R"(<figure class="chart" id="{}"><figcaption><h3>{}</h3>{}</figcaption>
{}</figure>
)",
          id, title, legend(plot.lines, marks), svg(plot));
}

}  // namespace

Raw over_time(const Report& report) {
  const Timeline& timeline = report.timeline;
  if (timeline.empty()) return {};
  const Axis time = time_axis(end_of(timeline));
  const std::vector<Line> rates = rate_lines(timeline);
  const std::vector<double> marks = rug(report);
  const std::string mark_words =
      marks.empty() ? ""
                    : counted(report.audit.findings.size(), "anomaly mark") + ", at the send time";
  Markup out;
  out.add("<section id=\"time\"><h2>Throughput at three levels</h2>\n");
  add_figure(out, "chart-rate", "Votes per second",
             {"Votes per second over time." + rate_finding(report), "tall", time,
              linear_axis(greatest(rates)), rates, windows(report), marks},
             mark_words);
  if (!timeline.depth.empty()) {
    const std::vector<Line> depth{
        {"depth", "queue depth", points_of(timeline.depth, kStillPoints), true}};
    add_figure(out, "chart-depth", "Votes waiting in the queue",
               {depth_finding(report),
                "low",
                time,
                linear_axis(greatest(depth)),
                depth,
                windows(report),
                {}},
               "");
  }
  out.add("{}<p class=\"note\">{}</p>{}</section>\n", event_list(windows(report)),
          rate_finding(report), data_table(timeline));
  return std::move(out).raw();
}

}  // namespace votebench::report::html
