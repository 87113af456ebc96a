// Latencies, by percentile and over time.
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

std::string time_or_dash(const std::optional<double>& seconds) {
  return seconds ? format_duration(Nanoseconds(std::llround(*seconds * 1e9)))
                 : std::string(kNotMeasured);
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
  if (report.scenario.warm_up > 0ns)
    add("rates and latencies leave out the first " + format_duration(report.scenario.warm_up) +
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
                                    format_duration(report.scenario.warm_up))},
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
