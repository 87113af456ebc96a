// The report of a run, and its sections of words.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.h"
#include "report/document/audit_lines.h"
#include "report/document/documents.h"
#include "report/document/sections.h"
#include "report/words.h"

namespace votebench::report {
namespace {

std::vector<const ThresholdResult*> missed_thresholds(const Report& report) {
  std::vector<const ThresholdResult*> missed;
  for (const ThresholdResult& threshold : report.thresholds)
    if (threshold.passed == false) missed.push_back(&threshold);
  return missed;
}

}  // namespace

namespace sections {
namespace {

constexpr std::size_t kEvents = 4;  // more are in the files
constexpr std::size_t kMaxScenarioBytes = 20'000;
constexpr std::size_t kMaxFiles = 100;

List list_of(const std::vector<std::string>& lines, State state = State::remark) {
  List list;
  for (const std::string& line : lines) list.items.emplace_back(state, line);
  return list;
}

List unmarked(List list) {
  list.marked = false;
  return list;
}

List titled(std::string title, List list) {
  list.title = std::move(title);
  return list;
}

Section verified(const Report& report) {
  Section section{"", "VERIFIED", "Verified", kEverywhere, true};
  if (report.shown.verification) section.add(unmarked(list_of({verification_text(report)})));
  return section;
}

// On a terminal what thresholds say is said where they stand.
Section why(const Report& report) {
  Section section{"", "WHY", "Why", kEverywhere, true};
  if (report.record.unfit)
    section.add(unmarked(list_of({report.record.unfit->message})), kBrief);
  else if (report.audit.kind != VerdictKind::pass)
    section.add(unmarked(list_of(report.audit.reasons)), kBrief);
  if (report.exit == ExitCode::passed) return section;
  section.add(list_of(report.reasons), kSummary);
  // What the banner says already is not said again.
  std::vector<std::string> others = report.reasons;
  std::erase(others, report.headline);
  for (const ThresholdResult* threshold : missed_thresholds(report))
    std::erase_if(others, [text = missed_text(*threshold)](const std::string& reason) {
      return reason.find(text) != std::string::npos;
    });
  section.add(list_of(others), kFull);
  return section;
}

Section help(const Report& report) {
  Section section{"", "HELP", "What would help", kEverywhere, true};
  section.add(unmarked(list_of(report.advice)));
  return section;
}

Section warnings(const Report& report) {
  Section section{"", "WARNINGS", "Warnings", kEverywhere, true};
  section.add(unmarked(list_of(report.record.warnings, State::warning)));
  return section;
}

Section page(const Report& report) {
  Section section{"", "PAGE", "Result page"};
  if (const std::string text = result_page_text(report.page()); !text.empty())
    section.add(Paragraph{Words::mark(state_of(report.page())) + text});
  return section;
}

Section events(const Report& report) {
  Section section{"", "EVENTS", "Events"};
  List list = unmarked({});
  list.at_most = kEvents;
  for (const RunEvent& event : report.events)
    list.items.emplace_back(State::remark, event_text(event));
  section.add(std::move(list));
  if (!report.coincidences.empty())
    section.add(Paragraph{"The audit's table tells which votes were sent near an event: what "
                          "coincided, not what caused it."},
                kPages);
  return section;
}

std::string lag_text(const Report& report, double share) {
  const auto value = report.measured.lag.percentile(share);
  return value ? format_duration(*value) : std::string(kNotMeasured);
}

std::string time_or_none(Nanoseconds time) {
  return time == Nanoseconds(0) ? "none" : format_duration(time);
}

Tiles generator_tiles(const Report& report) {
  const ledger::LoadRecord& facts = report.record.load;
  const std::uint64_t votes = report.audit.accounting.started();
  Tiles tiles;
  const auto add = [&](std::string name, std::string value, Picture picture = {}) {
    tiles.tiles.push_back(
        {std::move(name), std::move(value), "", State::remark, std::move(picture)});
  };
  if (report.measured.lag.count() > 0) {
    add("Lag p50", lag_text(report, 0.5));
    add("Lag p99", lag_text(report, 0.99));
    add("Greatest lag", lag_text(report, 1), Spark{report.timeline.lag_max, "failed"});
  }
  add("Sender threads", std::to_string(facts.threads));
  if (votes > 0) add("CPU per vote", format_duration(facts.cpu / static_cast<std::int64_t>(votes)));
  add("CPU stolen by other guests", percent_text(facts.steal_share));
  add("Time at max_in_flight", percent_text(facts.exhausted_share));
  add("Longest gap of samples", time_or_none(facts.longest_sampler_gap));
  add("Greatest step of the clock", time_or_none(facts.clock_step));
  return tiles;
}

Section generator(const Report& report) {
  const Validity& validity = report.validity;
  Section section{"generator", "LOAD", "Load generator"};
  const bool only_clocks = validity.load && validity.samples && !validity.clocks;
  if (only_clocks)
    section.add(Paragraph{"valid, but for end to end; the audit holds"}, kBrief);
  else if (!validity.all())
    section.add(Paragraph{"not valid; the audit holds all the same"}, kBrief);
  else if (!validity.notes.empty())
    section.add(Paragraph{"valid"}, kBrief);
  const auto not_valid = [&](const char* what) {
    return Words::strong("Not valid", State::open) +
           (": " + std::string(what) + " the audit does.");
  };
  section.add(Paragraph{validity.all() ? Words("Valid: rates and latencies hold.")
                        : only_clocks  ? not_valid("end to end does not hold,")
                                       : not_valid("rates and latencies do not hold,")},
              kPages);
  section.add(titled("Why not", list_of(validity.reasons, State::bad)));
  section.add(titled("Notes", list_of(validity.notes)));
  if (report.measured.lag.count() > 0)
    section.add(Paragraph{fmt::format("Lag p99 {}, {}.", lag_text(report, 0.99),
                                      counted(report.record.load.threads, "thread"))},
                kSummary);
  section.add(generator_tiles(report), kFull);
  return section;
}

Fold evidence_files(const Report& report) {
  Table table{{{"File"}, {"Bytes", true}, {"SHA-256"}}, {}};
  for (std::size_t i = 0; i < std::min(report.shown.evidence_files.size(), kMaxFiles); ++i) {
    const ledger::FileSeal& file = report.shown.evidence_files[i];
    table.rows.push_back(
        {{{Words::code(file.name)}, {format_count(file.bytes)}, {Words::code(file.sha256)}}});
  }
  Fold fold{"Files that this report is made from, with SHA-256", {{std::move(table)}}};
  if (report.shown.evidence_files.size() > kMaxFiles)
    fold.blocks.push_back({Paragraph{
        fmt::format("{} more are in end.json.", report.shown.evidence_files.size() - kMaxFiles)}});
  return fold;
}

std::string table_text(const Report& report) {
  if (!report.rows().configured) return "none to look at";
  return report.rows().model == TableModel::append ? "append: every vote is a row"
                                                   : "last wins: one row per voter";
}

Section run(const Report& report) {
  Section section{"environment", "", "Run", kPages};
  Facts facts;
  const auto add = [&](std::string name, Words words, Details where = kEverywhere) {
    if (!words.empty()) facts.facts.push_back({std::move(name), std::move(words), where});
  };
  add("run", Words::code(report.shown.run_id));
  add("scenario", Words::code(report.scenario.source));
  add("seed", std::to_string(report.scenario.seed));
  add("target", Words::code(report.record.begin.target));
  if (!report.record.unfit) add("table", table_text(report), kFull);
  add("started", format_utc(report.record.load.started));
  add("ended", format_utc(report.record.load.ended));
  add("votebench", report.record.begin.votebench_version);
  for (const auto& [name, value] : report.record.begin.environment) add(name, value);
  section.add(std::move(facts));
  if (!report.record.begin.scenario_text.empty()) {
    const bool cut = report.record.begin.scenario_text.size() > kMaxScenarioBytes;
    const std::string text = report.record.begin.scenario_text.substr(0, kMaxScenarioBytes);
    section.add(Fold{"Scenario, as written", {{Preformatted{cut ? text + "\n..." : text}}}}, kFull);
  }
  if (!report.shown.evidence_files.empty()) section.add(evidence_files(report), kFull);
  return section;
}

}  // namespace
}  // namespace sections

namespace {

State state_of_verdict(VerdictKind verdict) {
  return verdict == VerdictKind::pass           ? State::good
         : verdict == VerdictKind::inconclusive ? State::open
                                                : State::bad;
}

std::string share_of_accepted(const Verdict& audit, std::uint64_t votes, std::string_view what) {
  const auto accepted = static_cast<double>(audit.accounting.acked);
  const double one_in = accepted / static_cast<double>(votes);
  return fmt::format(
      "{} of {} {}: {}", format_count(votes), format_count(audit.accounting.acked), what,
      one_in < 10
          ? percent_text(1 / one_in)
          : fmt::format("1 in {}", format_count(static_cast<std::uint64_t>(std::llround(one_in)))));
}

// What went wrong and when: the sentence that ties votes to an event. Who they were stands in the
// table of findings.
std::vector<std::pair<State, Words>> what_went_wrong(const Report& report) {
  std::vector<std::pair<State, Words>> found;
  for (const AuditLine& line : audit_lines(report)) {
    if (line.state != State::bad && line.state != State::open) continue;
    std::string text = ": " + line.text;
    for (std::size_t i = 0; i + 1 < line.details.size(); ++i) text += "; " + line.details[i];
    found.emplace_back(
        line.state,
        Words::strong(fmt::format("{} {}", format_count(line.count.value_or(0)), line.name),
                      line.state) +
            (text + "."));
  }
  for (const ThresholdResult* threshold : missed_thresholds(report))
    found.emplace_back(state_of(*threshold),
                       Words::strong("Threshold missed", state_of(*threshold)) +
                           (": " + missed_text(*threshold) + "."));
  if (state_of(report.page()) == State::warning)
    found.emplace_back(State::open, Words::strong("Result page", State::open) +
                                        (": " + result_page_text(report.page()) + "."));
  return found;
}

// "37 of 39,350 lost: 1 in 1,064, 3 flipped": the classes that failed, the first as a share of the
// votes that were promised. Empty: it is no share of them.
std::string figure_of(const Report& report) {
  const Verdict& audit = report.audit;
  std::string text;
  if (report.exit != ExitCode::audit_failed) return text;
  for (const DefectClass& defect : kAllowableDefects) {
    const ClassTally& tally = audit.*defect.tally;
    if (tally.passed()) continue;
    const std::string_view name = to_string(defect.vote_class);
    const bool rows =
        defect.vote_class == VoteClass::duplicated || defect.vote_class == VoteClass::phantom;
    if (!text.empty())
      text += fmt::format(", {} {}", format_count(tally.count), name);
    else if (rows)
      return {};
    else
      text = share_of_accepted(audit, tally.count, name);
  }
  return text;
}

Heading run_heading(const Report& report) {
  Heading heading;
  heading.state = state_of_verdict(report.verdict);
  heading.word = verdict_word(report);
  heading.name = report.scenario.name;
  heading.headline = report.headline;
  heading.title = report.scenario.name + ", " + report.headline;
  heading.meta = fmt::format("{} · {}Z", report.scenario.name,
                             format_utc(report.record.load.started).substr(0, 19));
  const std::string exit =
      fmt::format("Exit code {}: {}.", static_cast<int>(report.exit), exit_words(report));
  if (report.record.unfit) {
    heading.about.emplace_back(kFull, exit);
    return heading;
  }
  heading.time = time_text(report);
  heading.about.emplace_back(
      kPages, fmt::format("{}, in {}. {}", audit_subject(report), heading.time, exit));
  heading.figure = figure_of(report);
  heading.findings = what_went_wrong(report);
  return heading;
}

struct Place {
  Section (*section)(const Report&) = nullptr;
  Details where{};
  bool always = false;  // also of a run that an error ended
};
// A terminal has the events first and the thresholds last, beside the exit status.
constexpr std::array<Place, 21> kOrder{{{sections::verified, kEverywhere, true},
                                        {sections::why, kEverywhere, true},
                                        {sections::help, kEverywhere, true},
                                        {sections::warnings, kEverywhere, true},
                                        {sections::tiles, kFull},
                                        {sections::audit, kEverywhere},
                                        {sections::page, kBrief},
                                        {sections::proof, kEverywhere},
                                        {sections::events, kBrief},
                                        {sections::generator, kBrief},
                                        {sections::shards, kEverywhere},
                                        {sections::causes, kPages},
                                        {sections::thresholds, kSummary},
                                        {sections::checks, kFull},
                                        {sections::levels, kEverywhere},
                                        {sections::ladder, kFull},
                                        {sections::latencies, kEverywhere},
                                        {sections::thresholds, kBrief},
                                        {sections::generator, kPages},
                                        {sections::events, kSummary},
                                        {sections::findings, kPages}}};

}  // namespace

Document run_document(const Report& report) {
  Document document;
  document.heading = run_heading(report);
  const auto add = [&](Section section, Details where) {
    section.in &= where;
    if (!section.blocks.empty()) document.sections.push_back(std::move(section));
  };
  for (const Place& place : kOrder)
    if (place.always || !report.record.unfit) add(place.section(report), place.where);
  add(sections::run(report), kPages);
  if (!report.shown.directory.empty())
    document.path = report.shown.directory +
                    (report.shown.files.empty() ? "" : "/" + report.shown.files.front());
  document.next = report.next;
  document.next_in = kBrief | kFull;  // a summary is read elsewhere
  document.closing = fmt::format("exit {}: {}", static_cast<int>(report.exit), exit_words(report));
  document.footer = fmt::format("{} · {} · votebench {}", report.scenario.name, report.shown.run_id,
                                report.record.begin.votebench_version);
  document.version = report.record.begin.votebench_version;
  document.glossary = true;
  return document;
}

}  // namespace votebench::report
