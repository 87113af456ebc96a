#include <algorithm>

#include "core/text.h"
#include "report/html/plot.h"
#include "report/html/sections.h"
#include "report/words.h"

namespace votebench::report::html {
namespace {

struct Tile {
  std::string name;
  std::string value;
  std::string note;
  State state = State::remark;
  Raw picture{};
};

void add(Markup& out, const Tile& tile) {
  out.add(R"(<li class="tile {}"><span class="name">{}</span><span class="value">{}</span>)"
          R"(<span class="note">{}</span>{}</li>)",
          state_class(tile.state), tile.name, tile.value, tile.note, tile.picture);
}

Tile level(const std::string& name, const Level& level, const Series& series,
           std::string_view style) {
  const std::string note = level.mean_per_s ? rate_text(level.mean_per_s) + "/s on average" : "";
  return {name, format_count(level.votes), note, State::remark, sparkline(series, style)};
}

// Votes that the target owes: proven gone, or not there yet.
Tile owed(const Report& report) {
  const Verdict& audit = report.audit;
  const std::uint64_t open = audit.pending + audit.queued + audit.in_flight;
  if (audit.lost.count == 0 && open > 0)
    return {"Not stored yet", format_count(open), "lost or late: not known", State::open};
  const std::string of = audit.lost.count == 0
                             ? "of the accepted votes"
                             : percent_text(static_cast<double>(audit.lost.count) /
                                            static_cast<double>(audit.accounting.acked)) +
                                   " of accepted";
  const bool proven = audit.kind == VerdictKind::pass || audit.lost.count > 0;
  return {"Lost", format_count(audit.lost.count), proven ? of : "none proven",
          audit.lost.count == 0 ? (proven ? State::good : State::open)
          : audit.lost.passed() ? State::open
                                : State::bad};
}

Tile latency(const std::string& name, const Latency& latency, const std::string& note,
             Raw picture = {}) {
  return {name, percentile_text(latency.percentile(0.99), true), note, State::remark,
          std::move(picture)};
}

}  // namespace

Raw tiles(const Report& report) {
  if (report.error) return {};
  const Timeline& timeline = report.timeline;
  Markup out;
  out.add("<ul class=\"tiles\">\n");
  add(out, level("Sent", report.levels.sent, timeline.sent, "sent"));
  add(out, level("Accepted", report.levels.accepted, timeline.accepted, "accepted"));
  if (report.levels.written.known)
    add(out, level("Written", report.levels.written, timeline.written, "written"));
  if (report.rows_configured) add(out, owed(report));
  add(out, latency("HTTP p99", report.response, "from the time due",
                   sparkline(timeline.response_p99, "accepted")));
  if (report.stored.count() > 0)
    add(out, latency("End to end p99", report.stored,
                     report.stored.kind == LatencyKind::bounded ? "at most, to the row"
                                                                : "to the commit"));
  if (report.queue_configured)
    add(out, {"Peak queue", format_count(report.depth_max),
              format_count(report.depth_end) + " at the end", State::remark,
              sparkline(timeline.depth, "depth")});
  out.add("</ul>\n");
  return std::move(out).raw();
}

}  // namespace votebench::report::html
