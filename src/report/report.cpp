#include "report/report.h"

#include <algorithm>
#include <functional>
#include <iterator>

namespace votebench::report {
namespace {

std::vector<RunEvent> happened(const std::vector<RunEvent>& events) {
  std::vector<RunEvent> those;
  std::ranges::copy_if(events, std::back_inserter(those), std::logical_not(), &RunEvent::skipped);
  return those;
}

std::map<AttemptNumber, Attempt> witnesses(const Verdict& verdict, const AttemptHistory& attempts) {
  std::map<AttemptNumber, Attempt> found;
  for (const Finding& finding : verdict.findings)
    if (finding.attempt) found.emplace(*finding.attempt, Attempt{});
  if (found.empty()) return found;
  attempts.for_each([&](AttemptNumber number, const Attempt& attempt) {
    const auto place = found.find(number);
    if (place != found.end()) place->second = attempt;
  });
  std::erase_if(found, [](const auto& one) { return one.second.state == AttemptState::empty; });
  return found;
}

}  // namespace

Grounds grounds_of(const Report& report) {
  Grounds grounds = report.record.begin.grounds;
  std::ranges::copy(report.settlement().grounds, std::back_inserter(grounds));
  for (const std::string& assumption : report.audit.assumptions)
    grounds.push_back({Ground::Kind::assumed, {}, assumption});
  return grounds;
}

const Attempt* witness_of(const Report& report, const Finding& finding) {
  if (!finding.attempt) return nullptr;
  const auto witness = report.witnesses.find(*finding.attempt);
  return witness == report.witnesses.end() ? nullptr : &witness->second;
}

const RunEvent* event_near(const Report& report, const Finding& finding) {
  return finding.sent_at ? nearest_event(*finding.sent_at, report.events) : nullptr;
}

Report make_report(const RunView& run, Verdict verdict, Presentation shown) {
  Report report{run.scenario, run.record, std::move(verdict), std::move(shown)};
  report.events = happened(run.record.events);
  report.coincidences = find_coincidences(report.audit.findings, report.events);
  report.witnesses = witnesses(report.audit, run.attempts);
  report.measured = measure_run(run, report.audit.accounting);
  report.timeline = make_timeline(run);
  report.validity = judge_generator(run, report.measured, report.audit.unaccepted);
  report.thresholds = evaluate_all(run, report.measured, report.validity);
  conclude(report);
  return report;
}

}  // namespace votebench::report
