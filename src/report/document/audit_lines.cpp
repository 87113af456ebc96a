#include "report/document/audit_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/text.h"
#include "report/words.h"

namespace votebench::report {
namespace {

constexpr std::size_t kEventsTold = 3;  // per class

std::vector<const Finding*> findings_of(const Report& report, VoteClass wanted) {
  std::vector<const Finding*> found;
  for (const Finding& finding : report.audit.findings)
    if (finding.vote_class == wanted) found.push_back(&finding);
  return found;
}

// When votes were sent whom no event is near.
std::string sent_after_start(const std::vector<const Finding*>& findings) {
  std::optional<Nanoseconds> first, last;
  for (const Finding* finding : findings) {
    if (!finding->sent_at) continue;
    first = std::min(first.value_or(*finding->sent_at), *finding->sent_at);
    last = std::max(last.value_or(*finding->sent_at), *finding->sent_at);
  }
  if (!first) return {};
  const std::string from = format_duration(*first);
  const std::string to = format_duration(*last);
  return fmt::format("sent {} after the start", from == to ? from : from + " to " + to);
}

// When the votes were sent, by the events near them.
std::vector<std::string> sent_when(const std::vector<const Finding*>& findings, std::uint64_t count,
                                   const Report& report) {
  std::vector<std::string> lines;
  std::uint64_t told = 0;
  for (const Coincidence& near : report.coincidences) {
    if (findings.empty() || near.vote_class != findings[0]->vote_class) continue;
    const std::string many = near.votes == count ? (count > 1 ? "all " : "")
                             : near.votes == findings.size()
                                 ? fmt::format("the {} listed were ", format_count(near.votes))
                                 : format_count(near.votes) + " ";
    if (lines.size() < kEventsTold) lines.push_back(many + "sent " + near_text(near));
    told += near.votes;
  }
  const bool timed = !findings.empty() && findings[0]->sent_at.has_value();
  if (told == 0 && timed)
    lines.push_back((count > 1 ? "all " : "") + sent_after_start(findings));
  else if (timed && told < findings.size())
    lines.push_back(format_count(findings.size() - told) + " sent near no event");
  return lines;
}

// The first of them; the report has the others.
std::string voters_text(const std::vector<const Finding*>& findings, std::uint64_t count) {
  if (findings.empty()) return {};
  if (count <= 1) return findings[0]->voter_id;
  return fmt::format("{}, {} more", findings[0]->voter_id, format_count(count - 1));
}

class LineList {
 public:
  explicit LineList(const Report& report) : report_(report) {}

  void anomaly(const ClassTally& tally, VoteClass vote_class, std::string text) {
    if (tally.count == 0) return;
    if (tally.passed()) text += fmt::format("; {} allowed", format_count(tally.allowed));
    AuditLine line{tally.passed() ? State::open : State::bad,
                   std::string(to_string(vote_class)),
                   tally.count,
                   std::move(text),
                   {}};
    const auto findings = findings_of(report_, vote_class);
    for (std::string& when : sent_when(findings, tally.count, report_))
      detail(line, std::move(when));
    detail(line, voters_text(findings, tally.count));
    lines_.push_back(std::move(line));
  }

  void doubt(std::uint64_t count, VoteClass vote_class, std::string name, std::string text) {
    if (count == 0) return;
    AuditLine line{State::open, std::move(name), count, std::move(text), {}};
    detail(line, voters_text(findings_of(report_, vote_class), count));
    lines_.push_back(std::move(line));
  }

  void unknown(std::string name, std::string text) {
    lines_.push_back({State::remark, std::move(name), std::nullopt, std::move(text), {}});
  }

  void add(State state, std::string name, std::uint64_t count, std::string text) {
    if (count > 0) lines_.push_back({state, std::move(name), count, std::move(text), {}});
  }

  void always(State state, std::string name, std::uint64_t count, std::string text) {
    lines_.push_back({state, std::move(name), count, std::move(text), {}});
  }

  [[nodiscard]] std::vector<AuditLine> take() && { return std::move(lines_); }

 private:
  static void detail(AuditLine& line, std::string text) {
    if (!text.empty()) line.details.push_back(std::move(text));
  }

  const Report& report_;
  std::vector<AuditLine> lines_;
};

void add_anomalies(LineList& lines, const Report& report) {
  const Verdict& audit = report.audit;
  lines.anomaly(audit.contradiction, VoteClass::contradiction,
                "not sent or refused, yet in the table");
  const bool counters = report.rows().counters.kept;
  lines.anomaly(audit.lost, VoteClass::lost,
                counters                    ? "accepted, not counted"
                : report.queue().configured ? "accepted, not in the queue, no row"
                                            : "accepted, no row");
  lines.anomaly(audit.flipped, VoteClass::flipped, "the row holds a choice its voter never sent");
  lines.anomaly(audit.duplicated, VoteClass::duplicated,
                counters ? "counted, and not sent" : "more rows than votes");
  lines.anomaly(audit.stale, VoteClass::stale, "an earlier choice of the voter stands");
  lines.anomaly(audit.phantom, VoteClass::phantom, "our voter id, but this run never sent it");
  if (!audit.phantom_provable) lines.unknown("phantom", "not provable: the app makes the ids");
}

void add_open(LineList& lines, const Report& report) {
  const Verdict& audit = report.audit;
  const std::string waited = " after " + format_duration(report.settlement().drain);
  lines.add(State::open, "queued", audit.queued, "still in the queue" + waited);
  lines.add(State::open, "in flight", audit.in_flight, "still in a worker's list" + waited);
  lines.add(State::open, "pending", audit.pending,
            (report.rows().counters.kept ? "not counted yet" : "no row yet") + waited +
                "; a worker may still hold them");
}

void add_later(LineList& lines, const Report& report) {
  lines.doubt(report.audit.gone_since, VoteClass::gone_since, "gone since",
              "seen by the run, not in the table any more");
  lines.add(State::remark, "late", report.audit.arrived_late,
            "came to the table after the run had ended");
}

void add_votes(LineList& lines, const Report& report) {
  const Verdict& audit = report.audit;
  const bool clean = audit.kind == VerdictKind::pass &&
                     std::ranges::all_of(kAllowableDefects, [&](const DefectClass& defect) {
                       return (audit.*defect.tally).count == 0;
                     });
  const std::string text = !clean ? "in the table as they were sent"
                           : audit.phantom_provable
                               ? "none lost, stale, flipped, duplicated or phantom"
                               : "none lost, stale, flipped or duplicated";
  if (report.rows().configured)
    lines.always(clean ? State::good : State::remark, "persisted", audit.persisted, text);
  lines.add(State::remark, "superseded", audit.superseded,
            "re-voted later; only the last choice is checkable");
  lines.add(State::remark, "recovered", audit.recovered, "no clear answer, but in the table");
  lines.add(State::remark, "absent", audit.absent_ambiguous,
            report.record.begin.identity == IdentityMode::answered
                ? "no clear answer, and no row with an id that one told"
                : "no clear answer, not in the table: no promise broken");
}

}  // namespace

State state_of(const ThresholdResult& threshold) {
  if (threshold.passed == true) return State::good;
  if (threshold.warn) return State::warning;
  return threshold.passed ? State::bad : State::open;
}

std::vector<AuditLine> audit_lines(const Report& report) {
  LineList lines(report);
  add_anomalies(lines, report);
  add_open(lines, report);
  add_later(lines, report);
  add_votes(lines, report);
  return std::move(lines).take();
}

std::string audit_subject(const Report& report) {
  const Verdict& audit = report.audit;
  std::string text = fmt::format("{} of {}", counted(audit.accounting.acked, "accepted vote"),
                                 counted(audit.voters, "voter"));
  if (audit.probes > 0) text += " + " + counted(audit.probes, "probe");
  return text + (report.rows().configured ? " against " + report.record.begin.services.table.title
                                          : ", no table to compare with");
}

namespace {

constexpr std::size_t kChoicesTold = 4;

// One choice, on the page and in the table.
struct Pair {
  std::string choice;
  std::uint64_t shown = 0;
  std::uint64_t stored = 0;

  [[nodiscard]] std::uint64_t difference() const {
    return shown > stored ? shown - stored : stored - shown;
  }
};

std::uint64_t count_in(const Tallies& tallies, const std::string& choice) {
  const auto found = tallies.find(choice);
  return found == tallies.end() ? 0 : found->second;
}

std::vector<Pair> pairs_of(const PageEvidence& page) {
  std::set<std::string> choices;
  for (const Tallies* tallies : {&page.shown, &page.stored})
    for (const auto& [choice, count] : *tallies) choices.insert(choice);
  std::vector<Pair> pairs;
  pairs.reserve(choices.size());
  for (const std::string& choice : choices)
    pairs.push_back({choice, count_in(page.shown, choice), count_in(page.stored, choice)});
  return pairs;
}

// The first of them, with those words that `tell` finds for one.
template <typename Tell>
std::string list(const std::vector<Pair>& pairs, Tell tell) {
  std::string text;
  for (std::size_t i = 0; i < std::min(pairs.size(), kChoicesTold); ++i)
    text += (i == 0 ? ": " : ", ") + tell(pairs[i]);
  if (pairs.size() > kChoicesTold) text += fmt::format(", {} more", pairs.size() - kChoicesTold);
  return text;
}

}  // namespace

State state_of(const PageEvidence& page) {
  if (!page.compared) return State::open;
  return difference(page) == 0 ? State::good : State::warning;
}

std::string result_page_text(const PageEvidence& page) {
  if (!page.configured) return {};
  if (!page.compared) return "not compared with the table: " + page.why_not;
  std::vector<Pair> pairs = pairs_of(page);
  const std::uint64_t off = difference(page);
  if (off == 0)
    return "shows what the table holds" + list(pairs, [](const Pair& pair) {
             return fmt::format("{} {}", pair.choice, format_count(pair.shown));
           });
  std::erase_if(pairs, [](const Pair& pair) { return pair.difference() == 0; });
  return counted(off, "vote") + " off" + list(pairs, [](const Pair& pair) {
           return fmt::format("{} {} for {}", pair.choice, format_count(pair.shown),
                              format_count(pair.stored));
         });
}

}  // namespace votebench::report
