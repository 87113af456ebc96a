// Every anomaly, with what is known of its vote.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/text.h"
#include "report/document/sections.h"
#include "report/words.h"

namespace votebench::report::sections {
namespace {

constexpr std::size_t kMostFindings = 300;
constexpr std::size_t kFindingsOfSummary = 50;

std::string answer(const Attempt& attempt) {
  if (attempt.state != AttemptState::concluded) return "no conclusion: the generator ended first";
  const std::string after = " after " + format_duration(attempt.service_time());
  if (attempt.status == 0) return cause_words(attempt) + after;
  const std::string_view meaning = attempt.outcome == Outcome::acked      ? ": accepted"
                                   : attempt.outcome == Outcome::rejected ? ": rejected"
                                                                          : ": no clear answer";
  return fmt::format("answered {}{}{}", attempt.status, after, meaning);
}

std::string at_the_end(const Report& report, const Finding& finding) {
  if (!finding.found.empty()) return "the table holds " + finding.found;
  if (!report.rows().configured) return "no table to look at";
  return report.queue().configured ? "not in the queue, no row in the table"
                                   : "no row in the table";
}

std::uint64_t total(const Verdict& audit) {
  std::uint64_t sum = 0;
  for (const DefectClass& defect : kDefects) sum += (audit.*defect.tally).count;
  return sum;
}

// Some of every class: a class with few anomalies is not crowded out by one with many.
std::vector<const Finding*> selection(const std::vector<Finding>& findings) {
  std::map<VoteClass, std::vector<const Finding*>> by_class;
  for (const Finding& finding : findings) by_class[finding.vote_class].push_back(&finding);
  std::vector<const Finding*> chosen;
  for (std::size_t place = 0; chosen.size() < kMostFindings; ++place) {
    const std::size_t before = chosen.size();
    for (const auto& [vote_class, members] : by_class)
      if (place < members.size() && chosen.size() < kMostFindings) chosen.push_back(members[place]);
    if (chosen.size() == before) break;
  }
  std::stable_sort(chosen.begin(), chosen.end(), [](const Finding* a, const Finding* b) {
    return a->sent_at.value_or(Nanoseconds::max()) < b->sent_at.value_or(Nanoseconds::max());
  });
  return chosen;
}

std::string near_event(const Report& report, const Finding& finding) {
  const RunEvent* event = event_near(report, finding);
  if (event == nullptr) return std::string(kNotMeasured);
  const Nanoseconds after = *finding.sent_at - event->at;
  return fmt::format("{} {} {}", format_duration(after < Nanoseconds(0) ? -after : after),
                     after < Nanoseconds(0) ? "before" : "after", event->name);
}

Row finding_row(const Report& report, const Finding& finding) {
  const std::string name(to_string(finding.vote_class));
  Cell voter{Words::code(finding.voter_id)};
  for (const TrailStep& step : trail(report, finding))
    voter.trail.emplace_back(step.at ? moment_text(*step.at) : "at the end", step.text);
  const bool timed = finding.sent_at.has_value();
  return {{{name},
           std::move(voter),
           {timed ? moment_text(*finding.sent_at) : std::string(kNotMeasured)},
           {near_event(report, finding)},
           {Words::code(finding.expected)},
           {finding.found.empty() ? Words("no row") : Words::code(finding.found)},
           {finding.vote_class == VoteClass::lost ? to_string(finding.hop) : finding.note}},
          std::nullopt,
          name};
}

Table finding_table(const Report& report, const std::vector<const Finding*>& chosen) {
  Table table{{{"class"},
               {"voter"},
               {"sent at", true},
               {"event", false, 0, kFull},
               {"expected"},
               {"found"},
               {"where"}},
              {},
              "anomaly-table",
              true};
  for (const Finding* finding : chosen) {
    table.rows.push_back(finding_row(report, *finding));
    if (table.rows.size() > kFindingsOfSummary) table.rows.back().in = kFull;
  }
  return table;
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

// On an axis that holds nothing else.
Rain rain(const Report& report, const Stretch& stretch) {
  constexpr double kColumns = 120;
  std::map<std::size_t, std::size_t> columns;
  for (const Finding& finding : report.audit.findings)
    if (finding.sent_at)
      ++columns[static_cast<std::size_t>(stretch.place(*finding.sent_at) * kColumns)];
  Rain rain;
  rain.caption =
      fmt::format("Each dot is an anomaly at the time it was sent, between {} and {}{}.",
                  moment_text(stretch.from), moment_text(stretch.to),
                  stretch.event != nullptr ? "; the dashed line is " + stretch.event->name : "");
  for (const auto& [column, count] : columns)
    rain.columns.emplace_back(static_cast<double>(column) / kColumns, count);
  if (stretch.event != nullptr) rain.event = stretch.place(stretch.event->at);
  return rain;
}

}  // namespace

std::vector<TrailStep> trail(const Report& report, const Finding& finding) {
  std::vector<TrailStep> steps;
  if (const Attempt* attempt = witness_of(report, finding)) {
    const std::string late =
        attempt->lag() > Nanoseconds(0) ? ", " + format_duration(attempt->lag()) + " late" : "";
    steps.push_back({attempt->started(), fmt::format("sent{}", late)});
    steps.push_back({attempt->started() + attempt->service_time(), answer(*attempt)});
  } else if (finding.sent_at) {
    steps.push_back({*finding.sent_at, "sent"});
  }
  const RunEvent* event = event_near(report, finding);
  if (event != nullptr) steps.push_back({event->at, "event: " + event->name});
  std::stable_sort(steps.begin(), steps.end(),
                   [](const TrailStep& a, const TrailStep& b) { return a.at < b.at; });
  steps.push_back({std::nullopt, at_the_end(report, finding)});
  if (!finding.note.empty()) steps.push_back({std::nullopt, finding.note});
  return steps;
}

Section findings(const Report& report) {
  Section section{"anomalies", "", "Findings"};
  const std::vector<Finding>& all = report.audit.findings;
  if (all.empty()) {
    section.add(
        Paragraph{report.audit.kind == VerdictKind::pass
                      ? report.audit.phantom_provable
                            ? "None: no vote was lost, stale, flipped, duplicated or a phantom."
                            : "None: no vote was lost, stale, flipped or duplicated."
                      : "None proven."},
        kFull);
    return section;
  }
  if (const auto stretch = stretch_of(report)) section.add(rain(report, *stretch), kFull);
  const std::vector<const Finding*> chosen = selection(all);
  if (chosen.size() < total(report.audit))
    section.add(
        Paragraph{fmt::format("{} of {} are shown; anomalies.ndjson has {}.",
                              format_count(chosen.size()), format_count(total(report.audit)),
                              all.size() < total(report.audit) ? format_count(all.size()) : "all")},
        kFull);
  section.add(finding_table(report, chosen), kPages);
  if (all.size() > kFindingsOfSummary)
    section.add(
        Paragraph{format_count(all.size() - kFindingsOfSummary) + " more in the run's files."},
        kSummary);
  return section;
}

}  // namespace votebench::report::sections
