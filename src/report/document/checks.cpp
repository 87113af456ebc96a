#include "report/document/checks.h"

#include <fmt/format.h>

#include "core/text.h"
#include "report/document/audit_lines.h"
#include "report/words.h"

namespace votebench::report {
namespace {

constexpr std::string_view kAudit = "audit, exact";

std::string_view word_of(State state) {
  static constexpr std::array<std::string_view, 5> kWords{"met", "missed", "not proven", "missed",
                                                          ""};
  return kWords.at(static_cast<std::size_t>(state));
}

// A class without votes is met only where the audit came to a verdict about all of them.
Check class_check(const Report& report, const DefectClass& defect) {
  const std::string_view name = to_string(defect.vote_class);
  const ClassTally& tally = report.audit.*defect.tally;
  const bool proven = report.audit.kind == VerdictKind::pass ||
                      report.audit.kind == VerdictKind::fail || !tally.passed();
  const State state = !proven ? State::open : tally.passed() ? State::good : State::bad;
  const std::string allowed = format_count(tally.allowed);
  Check check{.name = fmt::format("audit.{}", name), .state = state, .word = word_of(state)};
  if (defect.vote_class != VoteClass::contradiction)
    check.expression = Words::code(fmt::format("votes.{} <= {}", name, allowed));
  check.measured = format_count(tally.count);
  check.kind = kAudit;
  check.why =
      proven ? fmt::format("{} {}, {} allowed", counted(tally.count, "vote"), name, allowed)
             : "not proven: " + (report.reasons.empty() ? report.headline : report.reasons.front());
  return check;
}

Check unknown_check(const Report& report) {
  const StopCause stopped = report.record.load.stopped;
  const double share = unknown_share(report.audit.accounting, stopped);
  const double limit = report.scenario.audit.unknown_share;
  const State state = share <= limit ? State::good : State::open;
  const std::string allowed = percent_text(limit);
  return {.name = "audit.unknown",
          .state = state,
          .word = word_of(state),
          .expression = Words::code("votes.unknown <= " + allowed),
          .measured = percent_text(share),
          .kind = kAudit,
          .why = fmt::format("{} of the {} votes have no clear answer, {} allowed{}{}",
                             percent_text(share),
                             stopped == StopCause::threshold ? "started" : "planned", allowed,
                             report.audit.unaccepted.empty() ? "" : "; not accepted: ",
                             list_of(report.audit.unaccepted))};
}

}  // namespace

Check settled_check(const Report& report) {
  const Settlement& settlement = report.settlement();
  const State state = settlement.settled() ? State::good : State::open;
  return {.name = "drain",
          .state = state,
          .word = word_of(state),
          .expression = "settled: nothing is on its way any more",
          .measured = format_duration(settlement.drain),
          .kind = "after the load",
          .why = "not settled: " + settlement.reason,
          .took = settlement.drain};
}

std::vector<Check> audit_checks(const Report& report) {
  std::vector<Check> checks;
  for (const DefectClass& defect : kDefects) checks.push_back(class_check(report, defect));
  checks.push_back(unknown_check(report));
  return checks;
}

Check threshold_check(const ThresholdResult& threshold) {
  const State state = state_of(threshold);
  const bool decided = threshold.passed.has_value();
  const std::string value =
      decided ? threshold_value(threshold, true) : threshold_words(threshold, true);
  return {.name = "threshold." + threshold.expression,
          .state = state,
          .word = decided ? word_of(state) : "no data",
          .expression = Words::code(threshold.expression),
          .measured = value,
          .kind = threshold.warn ? "threshold, a warning" : "threshold",
          .why = (decided ? "measured " : "") + value};
}

}  // namespace votebench::report
