#include <algorithm>
#include <map>

#include "core/text.h"
#include "report/finding_trail.h"
#include "report/html/plot.h"
#include "report/html/sections.h"
#include "report/words.h"

namespace votebench::report::html {
namespace {

constexpr std::size_t kMaxRows = 300;

std::uint64_t total(const Verdict& audit) {
  return audit.lost.count + audit.flipped.count + audit.duplicated.count + audit.stale.count +
         audit.phantom.count + audit.contradiction.count;
}

// Some of every class: a class with few anomalies is not crowded out by one with many.
std::vector<const Finding*> selection(const std::vector<Finding>& findings) {
  std::map<VoteClass, std::vector<const Finding*>> by_class;
  for (const Finding& finding : findings) by_class[finding.vote_class].push_back(&finding);
  std::vector<const Finding*> chosen;
  for (std::size_t place = 0; chosen.size() < kMaxRows; ++place) {
    const std::size_t before = chosen.size();
    for (const auto& [vote_class, members] : by_class)
      if (place < members.size() && chosen.size() < kMaxRows) chosen.push_back(members[place]);
    if (chosen.size() == before) break;
  }
  std::stable_sort(chosen.begin(), chosen.end(), [](const Finding* a, const Finding* b) {
    return a->sent_at.value_or(Nanoseconds::max()) < b->sent_at.value_or(Nanoseconds::max());
  });
  return chosen;
}

std::string near_event(const Report& report, const Finding& finding) {
  const RunEvent* event =
      finding.sent_at ? nearest_event(*finding.sent_at, report.events) : nullptr;
  if (event == nullptr) return std::string(kNotMeasured);
  const Nanoseconds after = *finding.sent_at - event->at;
  return fmt::format("{} {} {}", format_duration(after < Nanoseconds(0) ? -after : after),
                     after < Nanoseconds(0) ? "before" : "after", event->name);
}

std::string where(const Finding& finding) {
  if (finding.vote_class != VoteClass::lost) return finding.note;
  return finding.hop.first == Hop::unknown ? "cannot be said" : to_string(finding.hop);
}

Raw trail_of(const Report& report, const Finding& finding) {
  Markup out;
  out.add(
      "<details><summary title=\"what is known of it\"><code>{}</code></summary>"
      "<ol class=\"trail\">",
      finding.voter_id);
  for (const TrailStep& step : trail(report, finding))
    out.add("<li><b>{}</b> {}</li>",
            step.at ? fmt::format("{:.4f} s", in_seconds(*step.at)) : std::string("at the end"),
            step.text);
  out.add("</ol></details>");
  return std::move(out).raw();
}

void add_row(Markup& out, const Report& report, const Finding& finding) {
  out.add(R"(<tr data-class="{}"><td>{}</td><td>{}</td><td class="number">{}</td>)"
          R"(<td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>
)",
          to_string(finding.vote_class), state_mark(State::bad, to_string(finding.vote_class)),
          trail_of(report, finding),
          finding.sent_at ? fmt::format("{:.3f} s", in_seconds(*finding.sent_at))
                          : std::string(kNotMeasured),
          near_event(report, finding),
          finding.expected.empty() ? std::string(kNotMeasured) : finding.expected,
          finding.found.empty() ? "no row" : finding.found, where(finding));
}

// The stretch of time that holds the anomalies, and the event near the first of them.
struct Stretch {
  Nanoseconds from = Nanoseconds::max();
  Nanoseconds to{};
  const RunEvent* event = nullptr;

  [[nodiscard]] double place(Nanoseconds at) const {
    const Nanoseconds width = std::max<Nanoseconds>(to - from, std::chrono::milliseconds(1));
    return static_cast<double>((at - from).count()) / static_cast<double>(width.count());
  }
};

std::optional<Stretch> stretch_of(const Report& report) {
  Stretch stretch;
  for (const Finding& finding : report.audit.findings) {
    if (!finding.sent_at) continue;
    stretch.from = std::min(stretch.from, *finding.sent_at);
    stretch.to = std::max(stretch.to, *finding.sent_at);
  }
  if (stretch.from > stretch.to) return std::nullopt;
  const RunEvent* near = nearest_event(stretch.from, report.events);
  const Nanoseconds width = stretch.to - stretch.from;
  // Not where the way to the event would leave no room for the dots.
  if (near != nullptr && near->at >= stretch.from - 3 * width &&
      near->at <= stretch.to + 3 * width) {
    stretch.event = near;
    stretch.from = std::min(stretch.from, near->at);
    stretch.to = std::max(stretch.to, near->at);
  }
  return stretch;
}

// Every anomaly as a dot at its send time, on an axis that holds nothing else.
Raw dots(const Report& report) {
  constexpr double kColumns = 120;
  constexpr std::size_t kHighest = 14;
  const std::optional<Stretch> stretch = stretch_of(report);
  if (!stretch) return {};
  std::map<std::size_t, std::size_t> columns;
  for (const Finding& finding : report.audit.findings)
    if (finding.sent_at)
      ++columns[static_cast<std::size_t>(stretch->place(*finding.sent_at) * kColumns)];
  std::size_t highest = 1;
  for (const auto& [column, count] : columns)
    highest = std::max(highest, std::min(count, kHighest));
  Markup out;
  out.add(R"(<figure class="dots"><figcaption class="note">Each dot is an anomaly at the time it )"
          R"(was sent, {} to {} after the start{}.</figcaption><svg role="img" aria-label="Send )"
          R"(times of the anomalies" width="100%" height="{}">)",
          format_duration(stretch->from), format_duration(stretch->to),
          stretch->event != nullptr ? "; the dashed line is " + stretch->event->name : "",
          12 + 9 * highest);
  if (stretch->event != nullptr)
    out.add(R"(<line class="event" x1="{0:.2f}%" x2="{0:.2f}%" y1="0" y2="100%"/>)",
            1 + 98 * stretch->place(stretch->event->at));
  for (const auto& [column, count] : columns)
    for (std::size_t i = 0; i < std::min(count, kHighest); ++i)
      out.add(R"(<circle class="dot" cx="{:.2f}%" cy="{}" r="3.6"/>)",
              1 + 98 * static_cast<double>(column) / kColumns, 5 + 9 * (highest - 1 - i));
  out.add("<line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"{0}\" y2=\"{0}\"/></svg></figure>\n",
          11 + 9 * highest);
  return std::move(out).raw();
}

Raw filter(const std::vector<const Finding*>& chosen) {
  std::map<std::string, std::size_t> classes;
  for (const Finding* finding : chosen) ++classes[std::string(to_string(finding->vote_class))];
  Markup out;
  out.add(
      R"(<form class="filter" id="filter" hidden><label>Filter <input type="search" )"
      R"(id="filter-text" placeholder="voter, event, station ..." autocomplete="off"></label>)");
  for (const auto& [name, count] : classes)
    out.add(R"(<label class="chip"><input type="checkbox" value="{0}" checked> {0} ({1})</label>)",
            name, count);
  out.add(R"(<output id="filter-count"></output></form>
)");
  return std::move(out).raw();
}

}  // namespace

Raw anomalies(const Report& report) {
  if (report.error) return {};
  Markup out;
  out.add("<section id=\"anomalies\"><h2>Anomalies</h2>\n");
  if (report.audit.findings.empty()) {
    out.add("<p>{}</p></section>\n",
            report.audit.kind == VerdictKind::pass
                ? "None: no vote was lost, stale, flipped, duplicated or a phantom."
                : "None proven.");
    return std::move(out).raw();
  }
  const std::vector<const Finding*> chosen = selection(report.audit.findings);
  out.add("{}{}", dots(report), filter(chosen));
  if (chosen.size() < total(report.audit))
    out.add("<p class=\"note\">{} of {} are shown; anomalies.ndjson has {}.</p>\n",
            format_count(chosen.size()), format_count(total(report.audit)),
            report.audit.findings.size() < total(report.audit)
                ? format_count(report.audit.findings.size())
                : std::string("all"));
  out.add(
      R"(<div class="long" tabindex="0"><table id="anomaly-table"><thead><tr><th scope="col">Class</th>)"
      R"(<th scope="col">Voter</th><th scope="col" class="number">Sent at</th>)"
      R"(<th scope="col">Event</th><th scope="col">Expected</th><th scope="col">Found</th>)"
      R"(<th scope="col">Where</th></tr></thead><tbody>
)");
  for (const Finding* finding : chosen) add_row(out, report, *finding);
  out.add("</tbody></table></div></section>\n");
  return std::move(out).raw();
}

}  // namespace votebench::report::html
