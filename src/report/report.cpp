#include "report/report.h"

#include <algorithm>
#include <iterator>

namespace votebench::report {
namespace {

void copy_identity(Report& report, const ReportInput& input) {
  report.run_id = input.run_id;
  report.scenario = input.scenario.name;
  report.scenario_source = input.scenario.source;
  report.version = input.version;
  report.target = input.target;
  report.environment = input.environment;
  report.seed = input.scenario.seed;
  report.started = input.started;
  report.ended = input.ended;
  report.load = input.load;
  report.warm_up = input.scenario.warm_up;
  report.stopped = input.stopped;
  report.error = input.error;
  report.verification = input.verification;
  report.scenario_text = input.scenario_text;
  report.evidence_files = input.evidence_files;
  report.directory = input.directory;
  report.files = input.files;
}

void copy_evidence(Report& report, const ReportInput& input) {
  report.audit = input.verdict;
  report.unknown_allowed_share = input.scenario.audit.unknown_share;
  report.settlement = input.settlement;
  report.queue_configured = input.queue.configured;
  report.rows_configured = input.rows.configured;
  report.table = input.rows.model;
  report.depth_start = input.queue.depth_start;
  report.depth_end = input.queue.depth_end;
  report.depth_max = input.queue.depth_max;
  report.pushed = input.queue.pushed;
  report.popped = input.queue.popped;
  report.rows_start = input.rows.rows_start;
  report.rows_end = input.rows.rows_end;
  report.page = input.page;
  std::ranges::copy_if(input.events, std::back_inserter(report.events),
                       [](const RunEvent& event) { return !event.skipped; });
  report.warnings = input.warnings;
  report.coincidences = find_coincidences(report.audit.findings, report.events);
  report.generator = input.generator;
}

std::map<AttemptNumber, Attempt> witnesses(const ReportInput& input) {
  std::map<AttemptNumber, Attempt> found;
  for (const Finding& finding : input.verdict.findings)
    if (finding.attempt) found.emplace(*finding.attempt, Attempt{});
  if (found.empty()) return found;
  input.attempts.for_each([&](AttemptNumber number, const Attempt& attempt) {
    const auto place = found.find(number);
    if (place != found.end()) place->second = attempt;
  });
  std::erase_if(found, [](const auto& one) { return one.second.state == AttemptState::empty; });
  return found;
}

}  // namespace

Report make_report(const ReportInput& input) {
  Report report;
  copy_identity(report, input);
  copy_evidence(report, input);
  report.measured = measure_run(input);
  report.validity = judge_generator(input, report.measured);
  report.timeline = make_timeline(input);
  report.witnesses = witnesses(input);
  report.thresholds = evaluate_all(input, report.measured, report.validity);
  conclude(report, input);
  return report;
}

}  // namespace votebench::report
