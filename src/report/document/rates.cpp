// How fast it went: the tiles, the three levels over time, the latencies.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.h"
#include "report/document/sections.h"
#include "report/words.h"

namespace votebench::report::sections {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kTableRows = 40;

Tile level_tile(std::string name, const Level& level, const Series& series, std::string style) {
  return {std::move(name), format_count(level.votes),
          level.mean_per_s ? rate_text(level.mean_per_s) + "/s on average" : "", State::remark,
          Spark{series, std::move(style)}};
}

// Votes that the target owes: proven gone, or not there yet.
Tile owed(const Report& report) {
  const Verdict& audit = report.audit;
  const std::uint64_t open = audit.pending + audit.queued + audit.in_flight;
  if (audit.lost.count == 0 && open > 0)
    return {"Not stored yet", format_count(open), "lost or late: not known", State::open};
  if (audit.lost.count > 0)
    return {"Lost", format_count(audit.lost.count),
            percent_text(static_cast<double>(audit.lost.count) /
                         static_cast<double>(audit.accounting.acked)) +
                " of accepted",
            audit.lost.passed() ? State::open : State::bad};
  const bool proven = audit.kind == VerdictKind::pass;
  return {"Lost", "0", proven ? "of the accepted votes" : "none proven",
          proven ? State::good : State::open};
}

Tile p99(std::string name, const Latency& latency, std::string note, Picture picture = {}) {
  return {std::move(name), percentile_text(latency.percentile(0.99), true), std::move(note),
          State::remark, std::move(picture)};
}

// One column per thing that is told of a step of time.
struct Told {
  std::string title;
  std::string (*text)(const std::optional<double>&);
  const Series* series;
  bool most = false;  // the greatest value of the steps of a row, else their mean
};

std::optional<double> summary(const Told& told, std::size_t first, std::size_t last) {
  double sum = 0, known = 0;
  std::optional<double> most;
  for (std::size_t i = first; i < std::min(last, told.series->size()); ++i) {
    const auto& value = (*told.series)[i];
    if (!value) continue;
    sum += *value;
    most = std::max(most.value_or(*value), *value);
    ++known;
  }
  return known == 0 || told.most ? most : std::optional(sum / known);
}

// The numbers behind a chart. `note` tells what a row is; {} is its length.
Fold data_table(Nanoseconds step, std::string_view from, const std::vector<Told>& columns,
                std::string_view note) {
  std::size_t steps = 0;
  for (const Told& told : columns) steps = std::max(steps, told.series->size());
  const std::size_t width = (steps + kTableRows - 1) / kTableRows;
  Table table{{{std::string(from)}}, {}};
  for (const Told& told : columns) table.columns.push_back({told.title, true});
  for (std::size_t first = 0; first < steps; first += width) {
    Row row;
    row.cells.push_back({clock_text(step * static_cast<std::int64_t>(first))});
    for (const Told& told : columns)
      row.cells.push_back({told.text(summary(told, first, first + width))});
    table.rows.push_back(std::move(row));
  }
  const std::string length = format_duration(step * static_cast<std::int64_t>(width));
  return {"Data table", {{Paragraph{fmt::format(fmt::runtime(note), length)}}, {std::move(table)}}};
}

std::string count_or_dash(const std::optional<double>& value) {
  return value ? format_count(static_cast<std::uint64_t>(*value + 0.5)) : std::string(kNotMeasured);
}

std::string time_or_dash(const std::optional<double>& seconds) {
  return seconds ? format_duration(Nanoseconds(std::llround(*seconds * 1e9)))
                 : std::string(kNotMeasured);
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

Chart rate_chart(const Report& report) {
  const Timeline& timeline = report.timeline;
  Chart chart{"rate",
              "rates",
              "Votes per second",
              "Votes per second over time." + level_words("Accepted", report.measured.accepted) +
                  level_words("Written", report.measured.written) + stall_words(report),
              Scale::time,
              Scale::per_second};
  chart.step = timeline.step;
  const auto add = [&](std::string style, std::string name, const Series& series) {
    if (!series.empty()) chart.curves.push_back({std::move(style), std::move(name), series});
  };
  add("sent", "sent", timeline.sent);
  add("accepted", "accepted (HTTP)", timeline.accepted);
  add("queued", fmt::format("queued ({})", report.queue_name), timeline.queued);
  add("written", fmt::format("written ({})", report.store_name), timeline.written);
  if (std::ranges::any_of(timeline.failed, [](const auto& value) { return value > 0.0; }))
    add("failed", "not accepted", timeline.failed);
  chart.windows = windows(report);
  for (const Finding& finding : report.audit.findings)
    if (finding.sent_at) chart.marks.push_back(in_seconds(*finding.sent_at));
  if (!chart.marks.empty())
    chart.mark_words = counted(report.audit.findings.size(), "anomaly mark") + ", at the send time";
  return chart;
}

Chart depth_chart(const Report& report) {
  const Series& depth = report.timeline.depth;
  const Nanoseconds at = report.timeline.step * (std::ranges::max_element(depth) - depth.begin());
  Chart chart{
      "depth",
      "depth",
      "Votes waiting in the queue",
      fmt::format("Votes waiting in the queue over time: at most {}, first seen at {}; {} "
                  "at the end.",
                  format_count(report.depth_max), clock_text(at), format_count(report.depth_end)),
      Scale::time,
      Scale::count,
      false,
      true};
  chart.step = report.timeline.step;
  chart.curves.push_back({"depth", "queue depth", depth});
  chart.windows = windows(report);
  return chart;
}

void add_rates_over_time(Section& section, const Report& report) {
  const Timeline& timeline = report.timeline;
  if (timeline.empty()) return;
  section.add(rate_chart(report), kFull);
  if (!timeline.depth.empty()) section.add(depth_chart(report), kFull);
  List events;
  events.numbered = true;
  for (const Window& window : windows(report))
    events.items.emplace_back(
        State::remark,
        Words::strong(clock_text(window.from) +
                      (window.to ? " to " + clock_text(*window.to) : "")) +
            (" " + window.name + (window.detail.empty() ? "" : ": ") + window.detail));
  section.add(std::move(events), kFull);
  section.add(Paragraph{stall_words(report)}, kFull);
  section.add(data_table(timeline.step, "from",
                         {{"sent/s", rate_text, &timeline.sent},
                          {"accepted/s", rate_text, &timeline.accepted},
                          {"queued/s", rate_text, &timeline.queued},
                          {"written/s", rate_text, &timeline.written},
                          {"queue, most", count_or_dash, &timeline.depth, true}},
                         "Means per second over {}; every sample is in timeseries.csv."),
              kFull);
}

// `remark`: where a terminal has room for it.
void add_level(Table& table, const char* name, const Level& level, std::string remark) {
  if (level.known)
    table.rows.push_back({{{name},
                           {format_count(level.votes)},
                           {rate_text(level.mean_per_s)},
                           {rate_text(level.peak_per_s)},
                           {std::move(remark)}}});
}

constexpr std::array<std::pair<double, std::string_view>, 7> kPercentiles{{{0.5, "p50"},
                                                                           {0.75, "p75"},
                                                                           {0.9, "p90"},
                                                                           {0.99, "p99"},
                                                                           {0.999, "p99.9"},
                                                                           {0.9999, "p99.99"},
                                                                           {1.0, "max"}}};

Table latency_table() {
  Table table{{{""}}, {}};
  std::size_t at = 24;
  for (const auto& [share, name] : kPercentiles) {
    const bool everywhere = name != "p75" && name != "p99.99";
    table.columns.push_back({std::string(name), true, at, everywhere ? kEverywhere : kFull});
    if (everywhere) at += 10;
  }
  table.columns.push_back({"votes", true, 0, kPages});
  table.columns.push_back({"without an end", true, 0, kPages});
  table.columns.push_back({"kind", false, 0, kPages});
  table.columns.push_back({"", false, 66, kBrief});
  return table;
}

// A row of percentiles. `text` tells how one reads, on pages and on a terminal.
template <typename Text>
void add_latency(Table& table, Cell name, const Latency& latency, std::string remark, Text text) {
  if (latency.count() == 0) return;
  Row row{{std::move(name)}};
  for (const auto& [share, column] : kPercentiles) row.cells.push_back(text(share));
  row.cells.push_back({format_count(latency.count())});
  row.cells.push_back({format_count(latency.unfinished.count())});
  row.cells.push_back({std::string(to_string(latency.kind))});
  row.cells.push_back({std::move(remark)});
  row.in = latency.finished.count() > 0 ? kEverywhere : kPages;
  table.rows.push_back(std::move(row));
}

Cell name_cell(const char* brief, std::string words) {
  Cell cell{std::move(words)};
  cell.brief = brief;
  return cell;
}

auto upper(const Latency& latency) {
  return
      [&latency](double share) { return Cell{percentile_text(latency.percentile(share), true)}; };
}

// The upper ends of votes that have none are not known.
void add_bounded(Table& table, const Latency& latency) {
  add_latency(table, name_cell("end to end", "end to end, at least"), latency, "at least",
              [&](double share) {
                const auto value = latency.lower_percentile(share);
                Cell cell{percentile_text(value, true)};
                if (value) cell.brief = format_duration(value->value);
                return cell;
              });
  add_latency(table, name_cell("", "end to end, at most"), latency, "at most", [&](double share) {
    Cell cell = upper(latency)(share);
    if (latency.percentile(share)->at_least) cell.brief = "?";
    return cell;
  });
}

Table latency_rows(const Measured& measured) {
  Table table = latency_table();
  add_latency(table, name_cell("response", "response (from the planned time)"), measured.response,
              "", upper(measured.response));
  add_latency(table, name_cell("service", "service (from the actual start)"), measured.service, "",
              upper(measured.service));
  const Latency& stored = measured.stored;
  if (stored.kind == LatencyKind::bounded) {
    add_bounded(table, stored);
    return table;
  }
  std::string remark(to_string(stored.kind));
  if (stored.uncertainty > 0ns) remark += " ±" + format_duration(stored.uncertainty);
  add_latency(table, name_cell("end to end", "end to end (to the commit)"), stored, remark,
              upper(stored));
  return table;
}

List latency_remarks(const Report& report) {
  List list;
  const auto add = [&](std::string text) {
    list.items.emplace_back(State::remark, std::move(text));
  };
  if (const std::uint64_t votes = report.measured.response.unfinished.count(); votes > 0)
    add(counted(votes, "vote") + " not accepted: slower than all others");
  const Latency& stored = report.measured.stored;
  if (const std::uint64_t votes = stored.unfinished.count(); votes > 0)
    add(counted(votes, "vote") + " accepted, not stored: end to end slower than all others");
  if (!stored.note.empty()) add("end to end " + stored.note);
  if (report.warm_up > 0ns)
    add("rates and latencies leave out the first " + format_duration(report.warm_up) +
        "; counts cover everything");
  return list;
}

Chart percentile_chart(const Measured& measured) {
  Chart chart{"percentiles", "percentiles",  "By percentile", "Latency by percentile.",
              Scale::share,  Scale::duration};
  const auto add = [&](std::string style, std::string name, const Latency& latency) {
    if (latency.count() == 0) return;
    Curve curve{std::move(style), std::move(name), {}};
    for (const CurvePoint& point : percentile_curve(latency))
      curve.points.emplace_back(-std::log10(1 - point.share), in_seconds(point.value));
    chart.finding += fmt::format(" {}: p50 {}, p99 {}, slowest {}.", curve.name,
                                 percentile_text(latency.percentile(0.5), true),
                                 percentile_text(latency.percentile(0.99), true),
                                 percentile_text(latency.percentile(1), true));
    chart.curves.push_back(std::move(curve));
  };
  add("service", "HTTP service (from its start)", measured.service);
  add("accepted", "HTTP response (from the time it was due)", measured.response);
  add("written",
      measured.stored.kind == LatencyKind::bounded ? "end to end (to its row, at most)"
                                                   : "end to end (to its commit)",
      measured.stored);
  return chart;
}

void add_latency_over_time(Section& section, const Report& report) {
  const Timeline& timeline = report.timeline;
  const auto slowest = std::ranges::max_element(timeline.response_max);
  if (slowest == timeline.response_max.end() || !*slowest) return;
  const Nanoseconds at = timeline.latency_step * (slowest - timeline.response_max.begin());
  Chart chart{
      "latency",
      "response",
      "HTTP response time over time",
      fmt::format("HTTP response time of accepted votes over time, in steps of {}: the "
                  "slowest took {}, due at {}.",
                  format_duration(timeline.latency_step), time_or_dash(*slowest), clock_text(at)),
      Scale::time,
      Scale::duration,
      false};
  chart.step = timeline.latency_step;
  chart.curves = {{"p50", "p50", timeline.response_p50},
                  {"p99", "p99", timeline.response_p99},
                  {"slowest", "slowest", timeline.response_max}};
  chart.windows = windows(report);
  section.add(std::move(chart), kFull);
  section.add(data_table(timeline.latency_step, "due from",
                         {{"p50", time_or_dash, &timeline.response_p50, true},
                          {"p99", time_or_dash, &timeline.response_p99, true},
                          {"slowest", time_or_dash, &timeline.response_max, true}},
                         "The greatest value of each {}."),
              kFull);
}

}  // namespace

std::vector<Window> windows(const Report& report) {
  std::vector<Window> found;
  for (const RunEvent& event : report.events)
    if (found.size() < kMaxWindows)
      found.push_back({event.at, event.until, event.name, event.detail});
  std::ranges::stable_sort(found, {}, &Window::from);
  return found;
}

std::optional<Window> longest_stall(const Report& report) {
  const Timeline& timeline = report.timeline;
  const std::size_t steps = std::min(timeline.written.size(), timeline.depth.size());
  std::size_t longest = 0, end = 0, length = 0;
  for (std::size_t i = 0; i < steps; ++i) {
    const bool stalled = timeline.written[i] == 0.0 && timeline.depth[i].value_or(0) > 0;
    length = stalled ? length + 1 : 0;
    if (length > longest) {
      longest = length;
      end = i + 1;
    }
  }
  const Nanoseconds stall = timeline.step * static_cast<std::int64_t>(longest);
  if (stall < 2s) return std::nullopt;
  const Nanoseconds until = timeline.step * static_cast<std::int64_t>(end);
  return Window{until - stall, until, "", ""};
}

Section tiles(const Report& report) {
  const Measured& measured = report.measured;
  const Timeline& timeline = report.timeline;
  Tiles all;
  const auto add = [&](Tile tile) { all.tiles.push_back(std::move(tile)); };
  add(level_tile("Sent", measured.sent, timeline.sent, "sent"));
  add(level_tile("Accepted", measured.accepted, timeline.accepted, "accepted"));
  if (measured.written.known)
    add(level_tile("Written", measured.written, timeline.written, "written"));
  if (report.rows_configured) add(owed(report));
  add(p99("HTTP p99", measured.response, "from the time due",
          Spark{timeline.response_p99, "accepted"}));
  if (measured.stored.count() > 0)
    add(p99(
        "End to end p99", measured.stored,
        measured.stored.kind == LatencyKind::bounded ? "at most, to the row" : "to the commit"));
  if (report.queue_configured)
    add({"Peak queue", format_count(report.depth_max),
         format_count(report.depth_end) + " at the end", State::remark,
         Spark{timeline.depth, "depth"}});
  Section section;
  section.add(std::move(all));
  return section;
}

Section levels(const Report& report) {
  const Measured& measured = report.measured;
  const std::string valid = report.validity.load ? "" : " NOT VALID";
  Section section{"time", "LEVEL" + valid, "Levels"};
  add_rates_over_time(section, report);
  Table table{{{"level"},
               {"votes", true, 24},
               {"mean/s", true, 34},
               {"peak/s", true, 44},
               {"", false, 47, kBrief, true}},
              {}};
  add_level(table, "sent", measured.sent, "");
  add_level(table, "accepted", measured.accepted, "");
  add_level(table, "queued", measured.queued, "depth at most " + format_count(report.depth_max));
  add_level(table, "written", measured.written,
            report.audit.superseded > 0 ? "one row per voter" : "");
  section.add(std::move(table), measured.sent.votes == 0 ? kPages : kEverywhere);
  if (report.queue_configured)
    section.add(
        Paragraph{fmt::format("Queue depth: {} at the start, at most {}, {} at the end.",
                              format_count(report.depth_start), format_count(report.depth_max),
                              format_count(report.depth_end))},
        kPages);
  return section;
}

Section latencies(const Report& report) {
  const Measured& measured = report.measured;
  const std::string valid = report.validity.load ? "" : " NOT VALID";
  Section section{"latency", "LATENCY" + valid, "Latency"};
  if (measured.response.count() + measured.service.count() + measured.stored.count() == 0)
    return section;
  const bool brief = measured.response.finished.count() + measured.stored.finished.count() > 0;
  section.add(percentile_chart(measured), kFull);
  section.add(latency_rows(measured), brief ? kEverywhere : kPages);
  if (brief) section.add(latency_remarks(report), kBrief);
  section.add(Paragraph{fmt::format("A vote without an end counts as slower than all others. Rates "
                                    "and latencies leave out the warm-up ({}); counts cover "
                                    "everything.",
                                    format_duration(report.warm_up))},
              kPages);
  if (measured.stored.uncertainty > 0ns)
    section.add(Paragraph{fmt::format("The clocks of the two machines agree within {}.",
                                      format_duration(measured.stored.uncertainty))},
                kPages);
  if (!measured.stored.note.empty())
    section.add(Paragraph{"End to end " + measured.stored.note + "."}, kPages);
  add_latency_over_time(section, report);
  return section;
}

}  // namespace votebench::report::sections
