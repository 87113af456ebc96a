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
  add_latency(
      table, name_cell("end to end", "end to end, at least"), latency, "at least",
      [&](double share) { return Cell{percentile_text(latency.lower_percentile(share), true)}; });
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

// The greatest of a series, and when: "9.2 ms at 1:05".
std::string greatest(const Series& series, Nanoseconds step) {
  const auto most = std::ranges::max_element(series);
  return fmt::format("{} at {}", time_or_dash(*most), clock_text(step * (most - series.begin())));
}

bool is_known(const Series& series) {
  return std::ranges::any_of(series, [](const auto& value) { return value.has_value(); });
}

// A latency in the steps of its timeline; between the first two curves is a band.
struct OverTime {
  std::string id, title, of;
  std::vector<std::pair<std::string, const Series*>> curves;
};

void add(Section& section, const Report& report, const OverTime& what) {
  const Nanoseconds step = report.timeline.latency_step;
  if (!is_known(*what.curves.front().second)) return;
  Chart chart{what.id, what.id, what.title, "", Scale::time, Scale::duration, false};
  chart.finding =
      fmt::format("{} by the time they were due, in steps of {}:", what.of, format_duration(step));
  chart.band = true;
  chart.step = step;
  // One axis with the charts of the levels, where the load would not be a corner of it.
  const Nanoseconds whole = report.timeline.step * static_cast<std::int64_t>(report.timeline.steps);
  if (2 * report.record.load.length > whole) chart.until = whole;
  chart.windows = windows(report);
  std::vector<Told> columns;
  for (const auto& [name, series] : what.curves) {
    chart.finding += fmt::format("{} {} at most {}", chart.curves.empty() ? "" : ",", name,
                                 greatest(*series, step));
    chart.curves.push_back({name, name, *series});
    columns.push_back({name, time_or_dash, series, true});
  }
  chart.finding += ".";
  section.add(std::move(chart), kFull);
  section.add(data_table(step, "due from", columns, "The greatest value of each {}."), kFull);
}

void add_latency_over_time(Section& section, const Report& report) {
  const Timeline& timeline = report.timeline;
  add(section, report,
      {"latency",
       "HTTP response time over time",
       "HTTP response time of accepted votes",
       {{"p50", &timeline.response_p50},
        {"p99", &timeline.response_p99},
        {"slowest", &timeline.response_max}}});
  const bool bounded = report.measured.stored.kind == LatencyKind::bounded;
  add(section, report,
      {"stored",
       bounded ? "End to end over time (to its row, at most)"
               : "End to end over time (to the commit)",
       "End to end latency of stored votes",
       {{"p50", &timeline.stored_p50}, {"p99", &timeline.stored_p99}}});
  if (report.measured.stored.unfinished.count() > 0 && is_known(timeline.stored_p99))
    section.add(Paragraph{"Accepted votes without a row are not in this chart."}, kFull);
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
