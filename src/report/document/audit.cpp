// What became of the votes: the audit, the limits and the way of the votes.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"
#include "report/document/audit_lines.h"
#include "report/document/checks.h"
#include "report/document/sections.h"
#include "report/words.h"

namespace votebench::report::sections {
namespace {

Table tallies(const Report& report) {
  Table table{{{"class"}, {"votes", true, 24}, {"meaning", false, 27}}, {}};
  for (const AuditLine& line : audit_lines(report)) {
    Cell meaning{line.text};
    for (const std::string& detail : line.details) meaning.more.emplace_back(detail);
    table.rows.push_back({{{line.name, line.state},
                           {line.count ? format_count(*line.count) : "?"},
                           std::move(meaning)},
                          line.state});
  }
  return table;
}

List prefixed(const std::string& prefix, const std::vector<std::string>& lines) {
  List list;
  for (const std::string& line : lines) list.items.emplace_back(State::remark, prefix + line);
  return list;
}

// What a terminal says below the classes.
List remarks(const Report& report) {
  const Verdict& audit = report.audit;
  List list;
  if (audit.accounting.acked != audit.accounting.planned)
    list.items.emplace_back(State::remark, accounting_text(audit.accounting));
  if (!audit.unaccepted.empty() && audit.kind != VerdictKind::inconclusive)  // else WHY says it
    list.items.emplace_back(State::remark, "not accepted: " + list_of(audit.unaccepted));
  const auto append = [&](const List& more) {
    list.items.insert(list.items.end(), more.items.begin(), more.items.end());
  };
  append(prefixed("", audit.notes));
  if (audit.canaries_total > 0)
    list.items.emplace_back(State::remark,
                            fmt::format("self-check {}/{}: planted defects that the auditor found",
                                        audit.canaries_passed, audit.canaries_total));
  return list;
}

// What was missed is read first.
int rank(State state) {
  static constexpr std::array<State, 4> kFirst{State::bad, State::warning, State::open,
                                               State::good};
  return static_cast<int>(std::ranges::find(kFirst, state) - kFirst.begin());
}

Row row_of(const Check& check) {
  return {{{std::string(check.word), check.state},
           {check.expression},
           {check.measured},
           {std::string(check.kind)}},
          check.state};
}

std::string_view place_of(Hop hop) {
  static constexpr std::array<std::string_view, 5> kPlaces{"the vote app", "the queue",
                                                           "the worker", "the database", "unknown"};
  return kPlaces.at(static_cast<std::size_t>(hop));
}

std::string lost_where(HopRange range) {
  if (range.first == Hop::unknown || range.last == Hop::unknown)
    return "lost; where cannot be said";
  if (range.first == range.last) return fmt::format("lost in {}", place_of(range.first));
  const bool neighbours = static_cast<int>(range.last) - static_cast<int>(range.first) == 1;
  return fmt::format("lost in {} {} {}", place_of(range.first),
                     neighbours ? "or" : "or anywhere up to", place_of(range.last));
}

class LadderSteps {
 public:
  explicit LadderSteps(const Report& report) : report_(report) {
    ladder_.whole = report.audit.accounting.planned;
  }

  void station(std::string name, std::uint64_t votes, std::string note, std::uint64_t hatched = 0) {
    ladder_.steps.emplace_back(Station{std::move(name), votes, std::move(note), hatched});
  }
  void left_behind(State state, std::uint64_t votes, std::string why) {
    if (votes > 0) ladder_.steps.emplace_back(LeftBehind{state, votes, std::move(why)});
  }
  void wrong(const ClassTally& tally, std::uint64_t votes, std::string why) {
    left_behind(tally.passed() ? State::open : State::bad, votes, std::move(why));
  }
  // Votes lost in hops that end with one of [first, last]: before, or after the queue.
  void lost(Hop first, Hop last) {
    for (const auto& [range, count] : report_.audit.lost_by_hop)
      if (range.last >= first && range.last <= last)
        wrong(report_.audit.lost, count, lost_where(range));
  }

  void before_the_queue() {
    const Accounting& sum = report_.audit.accounting;
    station("Planned", sum.planned, "");
    left_behind(State::open, sum.never_started, "never started");
    left_behind(State::open, sum.not_sent, "not sent: no connection");
    station("Sent", sum.acked + sum.rejected + sum.ambiguous, "");
    left_behind(State::remark, sum.rejected, "rejected: the answer says that they do not count");
    left_behind(State::open, sum.ambiguous, "unknown: no clear answer, may or may not count");
    station("Accepted (HTTP)", sum.acked, "promised to the voter");
    lost(Hop::vote, Hop::vote);
  }

  void from_the_queue_on() {
    const Verdict& audit = report_.audit;
    if (const Pushes pushes = pushes_of(report_.record.evidence); pushes.count)
      station(fmt::format("Queued ({})", report_.record.begin.services.queue.title), *pushes.count,
              fmt::format("pushes that {} counted, those of unknown votes too",
                          report_.record.begin.services.queue.title));
    lost(Hop::queue, Hop::unknown);
    left_behind(State::open, audit.queued, "still in the queue at the end");
    left_behind(State::open, audit.in_flight, "still in a worker's list at the end");
    left_behind(State::open, audit.pending, "no row yet; a worker may still hold them");
    wrong(audit.stale, audit.stale.count, "stale: an earlier choice of the voter stands");
    wrong(audit.flipped, audit.flipped.count,
          "flipped: the row holds a choice that was never sent");
  }

  void stored() {
    const Verdict& audit = report_.audit;
    if (!report_.rows().configured) return;
    station(fmt::format("Stored ({})", report_.record.begin.services.table.title),
            audit.persisted + audit.superseded,
            audit.superseded == 0
                ? "as they were sent"
                : fmt::format("as they were sent; {} of them superseded by a later vote (hatched)",
                              format_count(audit.superseded)),
            audit.superseded);
  }

  [[nodiscard]] Ladder take() && { return std::move(ladder_); }

 private:
  const Report& report_;
  Ladder ladder_;
};

}  // namespace

Section audit(const Report& report) {
  const Verdict& verdict = report.audit;
  Section section{"audit", "AUDIT", "Audit"};
  section.add(Paragraph{audit_subject(report)}, kBrief);
  section.add(tallies(report));
  section.add(remarks(report), kBrief);
  section.add(Paragraph{accounting_text(verdict.accounting)}, kPages);
  const std::string& reason = report.settlement().reason;
  section.add(Paragraph{fmt::format("Settled: {}{}.", report.settlement().settled() ? "yes" : "no",
                                    reason.empty() ? "" : ", " + reason)},
              kPages);
  if (const std::string text = result_page_text(report.page()); !text.empty())
    section.add(
        Paragraph{Words("Result page: ") + Words::mark(state_of(report.page())) + (text + ".")},
        kPages);
  List notes = prefixed("", verdict.notes);
  notes.title = "Notes";
  section.add(std::move(notes), kPages);
  if (verdict.canaries_total > 0)
    section.add(Paragraph{fmt::format("The auditor was audited first: it found {} of {} planted "
                                      "defects.",
                                      verdict.canaries_passed, verdict.canaries_total)},
                kFull);
  return section;
}

Section thresholds(const Report& report) {
  Section section{"", "THRESHOLDS", "Thresholds"};
  if (report.thresholds.empty()) return section;
  const auto met = std::ranges::count_if(report.thresholds,
                                         [](const ThresholdResult& t) { return t.passed == true; });
  section.add(Paragraph{fmt::format("{} of {} met", met, report.thresholds.size())}, kBrief);
  std::vector<ThresholdResult> ordered = report.thresholds;
  std::ranges::stable_sort(ordered, {}, [](const auto& one) { return rank(state_of(one)); });
  Table table{{{"", false, 0, kPages}, {"threshold", false, 42}, {"measured", false, 44}}, {}};
  for (const ThresholdResult& threshold : ordered) {
    const State state = state_of(threshold);
    table.rows.push_back(
        {{{"", state}, {Words::code(threshold.expression)}, {threshold_words(threshold, true)}},
         state});
  }
  section.add(std::move(table));
  return section;
}

Section checks(const Report& report) {
  Section section{"checks", "", "Checks and thresholds"};
  std::vector<Check> all = audit_checks(report);
  std::erase_if(all, [](const Check& check) { return check.expression.empty(); });
  all.push_back(settled_check(report));
  for (const ThresholdResult& threshold : report.thresholds)
    all.push_back(threshold_check(threshold));
  std::ranges::stable_sort(all, {}, [](const Check& check) { return rank(check.state); });
  Table table{{{"state"}, {"check"}, {"measured", true}, {"kind"}}, {}};
  for (const Check& check : all) table.rows.push_back(row_of(check));
  section.add(std::move(table));
  return section;
}

Section ladder(const Report& report) {
  Section section{"ladder", "", "Where votes went"};
  LadderSteps steps(report);
  steps.before_the_queue();
  steps.from_the_queue_on();
  steps.stored();
  section.add(std::move(steps).take());
  section.add(Paragraph{fmt::format(
      "{}. Shares are of the planned votes.{}", accounting_text(report.audit.accounting),
      report.audit.recovered > 0 ? fmt::format(" {} without a clear answer turned up in the table.",
                                               counted(report.audit.recovered, "vote"))
                                 : std::string())});
  return section;
}

}  // namespace votebench::report::sections
