#include <fmt/format.h>

#include <algorithm>

#include "core/invocation.h"
#include "core/text.h"
#include "report/advice.h"
#include "report/meanings.h"
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

ExitFacts exit_facts(const Report& report) {
  const ledger::RunRecord& record = report.record;
  ExitFacts facts;
  if (record.unfit) facts.error = record.unfit->kind;
  if (!record.unfit) facts.verdict = report.audit.kind;
  if (record.unstored) facts.error = ErrorKind::environment;
  facts.stopped = record.load.stopped;
  facts.every_vote_sent = record.load.completed;
  facts.audit_finished = record.load.audit_finished;
  facts.threshold_failed = any_threshold(report, false);
  facts.threshold_unmeasured = any_threshold(report, std::nullopt);
  return facts;
}

std::string list_of_failures(const Verdict& audit) {
  std::string text;
  for (const DefectClass& defect : kAllowableDefects) {
    const ClassTally& tally = audit.*defect.tally;
    if (tally.passed()) continue;
    text += text.empty() ? counted(tally.count, "vote") : ", " + format_count(tally.count);
    text += fmt::format(" {}", to_string(defect.vote_class));
  }
  return text.empty() ? "audit failed" : text;
}

std::uint64_t unsettled(const Verdict& audit) {
  return audit.pending + audit.queued + audit.in_flight;
}

std::string inconclusive_headline(const Report& report) {
  const ledger::LoadRecord& load = report.record.load;
  if (is_signal(load.stopped) && !load.completed) return "interrupted";
  if (report.audit.kind == VerdictKind::pass) return "a threshold has no valid measurement";
  if (report.audit.accounting.acked == 0) return "no vote was accepted";
  if (report.audit.gone_since > 0)
    return counted(report.audit.gone_since, "vote") + " gone from the table since";
  if (!report.settlement().settled() && unsettled(report.audit) > 0)
    return counted(unsettled(report.audit), "vote") + " not stored yet";
  return "not proven";
}

// The first of the thresholds that were missed, with what was measured.
std::string missed_headline(const Report& report) {
  const auto ended = std::ranges::find_if(
      report.thresholds, [](const ThresholdResult& t) { return t.why.starts_with(kEndedLoad); });
  if (report.record.load.stopped == StopCause::threshold && ended != report.thresholds.end())
    return fmt::format("a threshold ended the load: {}, {}; the audit passed", ended->expression,
                       ended->why.substr(kEndedLoad.size()));
  const auto missed = [](const ThresholdResult& t) { return !t.warn && t.passed == false; };
  const auto first = std::ranges::find_if(report.thresholds, missed);
  const auto count = std::ranges::count_if(report.thresholds, missed);
  std::string text =
      count == 1 ? "threshold missed: " : fmt::format("{} thresholds missed: ", count);
  text += missed_text(*first);
  if (count > 1) text += fmt::format(", and {} more", count - 1);
  return text + "; the audit passed";
}

std::string headline(const Report& report) {
  if (report.record.unfit && report.exit != ExitCode::internal)
    return report.audit.accounting.started() == 0 ? "no vote of the run was sent" : "stopped early";
  switch (report.exit) {
    case ExitCode::passed:
      return report.audit.counts_only ? "counts agree" : "every vote accounted for";
    case ExitCode::audit_failed:
      return list_of_failures(report.audit);
    case ExitCode::threshold_failed:
      return missed_headline(report);
    case ExitCode::regression:
      return "slower than the baseline";
    case ExitCode::environment:
      return "not all of the run could be stored";
    case ExitCode::internal:
      return report.record.unfit ? "internal error" : "the auditor's own check failed";
    case ExitCode::interrupted:
    case ExitCode::terminated:
      return "stopped before the audit was finished";
    default:
      return inconclusive_headline(report);
  }
}

std::vector<std::string> reasons(const Report& report) {
  std::vector<std::string> all;
  if (report.record.unfit) all.push_back(report.record.unfit->message);
  if (!report.record.unfit) all = report.audit.reasons;
  for (const ThresholdResult& threshold : report.thresholds) {
    const std::string_view what =
        threshold.warn ? "warning: threshold missed: " : "threshold missed: ";
    if (threshold.passed == false) all.push_back(std::string(what) + missed_text(threshold));
    if (!threshold.passed)
      all.push_back(
          fmt::format("no valid measurement for {}: {}", threshold.expression, threshold.why));
  }
  return all;
}

class NextCommands {
 public:
  explicit NextCommands(const Presentation& shown) : shown_(shown) {}

  // A command on stored runs: they are looked for where this one was found.
  void add(std::string command, const std::vector<std::string>& arguments) {
    Invocation next{shown_.here.program, shown_.here.directory, std::move(command), {}};
    for (const std::string& argument : arguments) next.options.push_back({"", argument});
    for (const GivenOption& option : shown_.here.options)
      if (option.name == "--reports" || next.command == "verify") next.options.push_back(option);
    add(next);
  }
  void add(const Invocation& next) { lines_.push_back(shell_text(next, shown_.here.directory)); }

  [[nodiscard]] std::vector<std::string> take() && { return std::move(lines_); }

 private:
  const Presentation& shown_;
  std::vector<std::string> lines_;
};

std::vector<std::string> next_commands(const Report& report) {
  const Presentation& shown = report.shown;
  const ledger::Manifest& begin = report.record.begin;
  const Settlement& settlement = report.settlement();
  NextCommands next(shown);
  if (report.exit == ExitCode::environment)
    next.add({shown.here.program, shown.here.directory, "doctor", {}});
  if (report.record.unfit) return std::move(next).take();
  if (report.exit == ExitCode::audit_failed && !report.audit.findings.empty())
    next.add("show", {shown.selector, report.audit.findings.front().voter_id});
  const bool open = report.audit.kind == VerdictKind::inconclusive && !settlement.settled();
  if (open && !begin.stack_ends_with_run) next.add("verify", {shown.selector});
  const bool cut_short = report.record.load.stopped != StopCause::none;
  if (const auto needed = settlement.enough_time();
      open && needed && begin.invocation && !cut_short) {
    Invocation longer = *begin.invocation;
    longer.set("drain.timeout", duration_literal(*needed));
    next.add(longer);
  }
  if (const auto pages = meanings_of(report.audit); !pages.empty()) {
    Invocation explain{shown.here.program, shown.here.directory, "explain", {}};
    for (const std::string& page : pages) explain.options.push_back({"", page});
    next.add(explain);
  }
  if (shown.follows_one_like_it) next.add("compare", {"@prev", "@latest"});
  return std::move(next).take();
}

}  // namespace

void conclude(Report& report) {
  report.exit = exit_code(exit_facts(report));
  report.verdict = verdict_of(report.exit);
  report.headline = headline(report);
  report.reasons = reasons(report);
  report.advice = advice_of(report);
  report.next = next_commands(report);
}

}  // namespace votebench::report
