// How fast it went: the tiles and the three levels over time.
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

// Accepted votes that the table accounts for, so that accepted - stored is what is missing. Where
// votes cannot be followed, the rows.
Tile stored(const Report& report) {
  const Verdict& audit = report.audit;
  const Series& series = report.timeline.written;
  if (audit.counts_only) return level_tile("Written", report.measured.written, series, "written");
  const std::string note =
      audit.superseded == 0
          ? "as they were sent"
          : fmt::format("{} as sent + {} replaced by the same voter", format_count(audit.persisted),
                        format_count(audit.superseded));
  return {"Stored", format_count(audit.persisted + audit.superseded), note, State::remark,
          Spark{series, "written"}};
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

std::string count_or_dash(const std::optional<double>& value) {
  return value ? format_count(static_cast<std::uint64_t>(std::llround(*value)))
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

// Where a step is not the second that everything is said of.
std::string step_words(Nanoseconds step) {
  return step == 1s ? "" : ", in steps of " + format_duration(step);
}

Chart rate_chart(const Report& report) {
  const Timeline& timeline = report.timeline;
  Chart chart{"rate",
              "rates",
              "Votes per second" + step_words(timeline.step),
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
  add("queued", fmt::format("queued ({})", report.record.begin.services.queue.title),
      timeline.queued);
  add("written", fmt::format("written ({})", report.record.begin.services.table.title),
      timeline.written);
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
  Chart chart{"depth",
              "depth",
              "Votes waiting in the queue",
              fmt::format("Votes waiting in the queue over time: at most {}, first seen at {}; {} "
                          "at the end.",
                          format_count(report.queue().depth_max), clock_text(at),
                          format_count(report.queue().depth_end)),
              Scale::time,
              Scale::count,
              false,
              true};
  chart.step = report.timeline.step;
  chart.curves.push_back({"depth", "queue depth", depth});
  chart.windows = windows(report);
  return chart;
}

// "5xx (500, 503)".
std::string name_of(const Answers& answers) {
  constexpr std::size_t kMostCodes = 4;
  if (answers.kind == Answers::Kind::none) return "no answer";
  std::string codes;
  std::size_t told = 0;
  for (const std::uint16_t status : answers.statuses)
    if (++told <= kMostCodes) codes += fmt::format("{}{}", told == 1 ? "" : ", ", status);
  if (told > kMostCodes) codes += ", ...";
  return fmt::format("{}xx ({})", static_cast<int>(answers.kind) + 2, codes);
}

std::string style_of(const Answers& answers) {
  static constexpr std::array<const char*, 5> kStyles{"ok", "redirect", "client", "server", "none"};
  return kStyles.at(static_cast<std::size_t>(answers.kind));
}

void add_answers_over_time(Section& section, const Report& report) {
  const Timeline& timeline = report.timeline;
  if (timeline.answers.size() == 1) {
    const Answers& all = timeline.answers.front();
    section.add(Paragraph{all.kind == Answers::Kind::none ? "No vote got an answer."
                          : all.statuses.size() == 1
                              ? fmt::format("Every answer was {}.", *all.statuses.begin())
                              : "Every answer was " + name_of(all) + "."},
                kFull);
    return;
  }
  Chart chart{"answers",
              "answers",
              "Answers by status" + step_words(timeline.step),
              "Answers per second by their status over time:",
              Scale::time,
              Scale::per_second,
              false};
  chart.step = timeline.step;
  std::vector<Told> columns;
  for (const Answers& answers : timeline.answers) {
    double votes = 0;
    for (const auto& value : answers.per_second) votes += value.value_or(0);
    votes *= in_seconds(timeline.step);
    chart.finding += fmt::format("{} {} {}", chart.curves.empty() ? "" : ",",
                                 format_count(static_cast<std::uint64_t>(std::llround(votes))),
                                 name_of(answers));
    chart.curves.push_back({style_of(answers), name_of(answers), answers.per_second});
    columns.push_back({name_of(answers), rate_text, &answers.per_second});
  }
  if (chart.curves.empty()) return;
  chart.finding += ".";
  chart.windows = windows(report);
  section.add(std::move(chart), kFull);
  section.add(data_table(timeline.step, "from", columns, "Means per second over {}."), kFull);
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
  add_answers_over_time(section, report);
}

// `remark`: where a terminal has room for it.
void add_level(Table& table, const char* name, const Level& level, std::string remark) {
  if (level.known)
    table.rows.push_back({{{name},
                           {format_count(level.votes)},
                           {rate_text(level.mean_per_s)},
                           {rate_text(level.peak_per_s)},
                           {std::move(remark)}}});
  else if (!level.why_not.empty())
    table.rows.push_back({{{name},
                           {std::string(kNotMeasured)},
                           {std::string(kNotMeasured)},
                           {std::string(kNotMeasured)},
                           {"not known: " + level.why_not}}});
}

// Of a table with one row per voter: its rows are fewer than the votes that were written. A
// terminal has room for 33 characters.
std::string revote_words(const RowEvidence& rows) {
  if (!rows.updates) return "one row per voter";
  return fmt::format("1 row per voter, ~{} writes",
                     format_count(rows.rows.own.size() + *rows.updates));
}

}  // namespace

Fold data_table(Nanoseconds step, std::string_view from, const std::vector<Told>& columns,
                std::string_view note) {
  std::size_t steps = 0;
  for (const Told& told : columns) steps = std::max(steps, told.series->size());
  const std::size_t width = (steps + kTableRows - 1) / kTableRows;
  Table table{{{std::string(from)}}, {}};
  for (const Told& told : columns) table.columns.push_back({told.title, true});
  for (std::size_t first = 0; first < steps; first += width) {
    Row row;
    row.cells.emplace_back().words = clock_text(step * static_cast<std::int64_t>(first));
    for (const Told& told : columns)
      row.cells.emplace_back().words = told.text(summary(told, first, first + width));
    table.rows.push_back(std::move(row));
  }
  const std::string length = format_duration(step * static_cast<std::int64_t>(width));
  return {"Data table", {{Paragraph{fmt::format(fmt::runtime(note), length)}}, {std::move(table)}}};
}

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
  if (measured.written.known) add(stored(report));
  if (report.rows().configured) add(owed(report));
  add(p99("HTTP p99", measured.response, "from the time due",
          Spark{timeline.response_p99, "accepted"}));
  if (measured.stored.count() > 0)
    add(p99("End to end p99", measured.stored,
            measured.stored.kind == LatencyKind::bounded ? "at most, to the row" : "to the commit",
            Spark{timeline.stored_p99, "written"}));
  if (report.queue().configured)
    add({"Peak queue", format_count(report.queue().depth_max),
         format_count(report.queue().depth_end) + " at the end", State::remark,
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
  add_level(table, "queued", measured.queued,
            "depth at most " + format_count(report.queue().depth_max));
  add_level(table, "written", measured.written,
            report.audit.superseded > 0 ? revote_words(report.rows()) : "");
  section.add(std::move(table), measured.sent.votes == 0 ? kPages : kEverywhere);
  if (report.queue().configured)
    section.add(Paragraph{fmt::format("Queue depth: {} at the start, at most {}, {} at the end.",
                                      format_count(report.queue().depth_start),
                                      format_count(report.queue().depth_max),
                                      format_count(report.queue().depth_end))},
                kPages);
  return section;
}

}  // namespace votebench::report::sections
