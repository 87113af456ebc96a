#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/invocation.h"
#include "core/text.h"
#include "report/report.h"
#include "report/words.h"

namespace votebench::report {
namespace {

VerdictKind verdict_of(ExitCode code) {
  switch (code) {
    case ExitCode::passed:
      return VerdictKind::pass;
    case ExitCode::audit_failed:
    case ExitCode::threshold_failed:
    case ExitCode::regression:
      return VerdictKind::fail;
    case ExitCode::internal:
      return VerdictKind::broken;
    default:
      return VerdictKind::inconclusive;
  }
}

bool any_threshold(const Report& report, std::optional<bool> passed) {
  return std::any_of(report.thresholds.begin(), report.thresholds.end(),
                     [&](const ThresholdResult& t) { return !t.warn && t.passed == passed; });
}

ExitFacts exit_facts(const Report& report, const ReportInput& input) {
  ExitFacts facts;
  if (input.error) facts.error = input.error->kind;
  if (!input.error) facts.verdict = input.verdict.kind;
  if (input.unstored) facts.error = ErrorKind::environment;
  facts.stopped = input.stopped;
  facts.audit_finished = input.audit_finished;
  facts.threshold_failed = any_threshold(report, false);
  facts.threshold_unmeasured = any_threshold(report, std::nullopt);
  return facts;
}

std::string list_of_failures(const Verdict& audit) {
  const std::array<std::pair<const ClassTally*, std::string_view>, 5> classes{
      {{&audit.lost, "lost"},
       {&audit.stale, "stale"},
       {&audit.flipped, "flipped"},
       {&audit.duplicated, "duplicated"},
       {&audit.phantom, "phantom"}}};
  std::string text;
  for (const auto& [tally, name] : classes)
    if (!tally->passed())
      text += text.empty() ? fmt::format("{} {}", counted(tally->count, "vote"), name)
                           : fmt::format(", {} {}", format_count(tally->count), name);
  return text.empty() ? "audit failed" : text;
}

std::uint64_t unsettled(const Verdict& audit) {
  return audit.pending + audit.queued + audit.in_flight;
}

std::string inconclusive_headline(const Report& report) {
  if (report.stopped == StopCause::interrupt || report.stopped == StopCause::terminate)
    return "interrupted";
  if (report.audit.kind == VerdictKind::pass) return "a threshold has no valid measurement";
  if (report.audit.accounting.acked == 0) return "no vote was accepted";
  if (report.audit.gone_since > 0)
    return counted(report.audit.gone_since, "vote") + " gone from the table since";
  if (!report.settlement.settled() && unsettled(report.audit) > 0)
    return counted(unsettled(report.audit), "vote") + " not stored yet";
  return "not proven";
}

std::string headline(const Report& report) {
  if (report.error && report.exit != ExitCode::internal)
    return report.audit.accounting.started() == 0 ? "no vote of the run was sent" : "stopped early";
  switch (report.exit) {
    case ExitCode::passed:
      return "every vote accounted for";
    case ExitCode::audit_failed:
      return list_of_failures(report.audit);
    case ExitCode::threshold_failed:
      return report.stopped == StopCause::threshold ? "a threshold ended the load, the audit passed"
                                                    : "a threshold failed, the audit passed";
    case ExitCode::regression:
      return "slower than the baseline";
    case ExitCode::environment:
      return "not all of the run could be stored";
    case ExitCode::internal:
      return report.error ? "internal error" : "the auditor's own check failed";
    case ExitCode::interrupted:
    case ExitCode::terminated:
      return "stopped before the audit was finished";
    default:
      return inconclusive_headline(report);
  }
}

std::vector<std::string> reasons(const Report& report) {
  std::vector<std::string> all;
  if (report.error) all.push_back(report.error->message);
  if (!report.error) all = report.audit.reasons;
  for (const ThresholdResult& threshold : report.thresholds) {
    const std::string_view what =
        threshold.warn ? "warning: threshold missed: " : "threshold failed: ";
    if (threshold.passed == false)
      all.push_back(fmt::format("{}{}{}{}", what, threshold.expression,
                                threshold.why.empty() ? "" : ", ", threshold.why));
    if (!threshold.passed)
      all.push_back(
          fmt::format("no valid measurement for {}: {}", threshold.expression, threshold.why));
  }
  return all;
}

std::vector<std::string> advice(const Report& report) {
  if (!report.error) return report.audit.advice;
  if (report.error->help.empty()) return {};
  return {report.error->help};
}

class NextCommands {
 public:
  NextCommands(const ReportInput& input) : input_(input) {}

  // A command on stored runs: they are looked for where this one was found.
  void add(std::string command, const std::vector<std::string>& arguments) {
    Invocation next{input_.here.program, input_.here.directory, std::move(command), {}};
    for (const std::string& argument : arguments) next.options.push_back({"", argument});
    for (const GivenOption& option : input_.here.options)
      if (option.name == "--reports" || next.command == "verify") next.options.push_back(option);
    add(next);
  }
  void add(const Invocation& next) { lines_.push_back(shell_text(next, input_.here.directory)); }

  [[nodiscard]] std::vector<std::string> take() && { return std::move(lines_); }

 private:
  const ReportInput& input_;
  std::vector<std::string> lines_;
};

std::vector<std::string> next_commands(const Report& report, const ReportInput& input) {
  NextCommands next(input);
  if (report.exit == ExitCode::environment)
    next.add({input.here.program, input.here.directory, "doctor", {}});
  if (report.error) return std::move(next).take();
  if (report.exit == ExitCode::audit_failed && !report.audit.findings.empty())
    next.add("show", {input.selector, report.audit.findings.front().voter_id});
  const bool open = report.audit.kind == VerdictKind::inconclusive && !report.settlement.settled();
  if (open && !input.stack_ends_with_run) next.add("verify", {input.selector});
  if (const auto needed = report.settlement.enough_time(); open && needed && input.invocation) {
    Invocation longer = *input.invocation;
    longer.set("drain.timeout", duration_literal(*needed));
    next.add(longer);
  }
  if (input.follows_one_like_it) next.add("compare", {"@prev", "@latest"});
  return std::move(next).take();
}

}  // namespace

void conclude(Report& report, const ReportInput& input) {
  report.exit = exit_code(exit_facts(report, input));
  report.verdict = verdict_of(report.exit);
  report.headline = headline(report);
  report.reasons = reasons(report);
  report.advice = advice(report);
  report.next = next_commands(report, input);
}

}  // namespace votebench::report
