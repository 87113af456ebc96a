#include "run/judge_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/counted.h"
#include "core/text.h"
#include "report/shards.h"
#include "vote/advice.h"

namespace votebench::run {
namespace {

// For every vote that was due before the load ended and never started, how long it waited in vain.
report::Histogram never_started_waits(const RecordedRun& run) {
  report::Histogram waits;
  const Nanoseconds load_end = run.record.load.length;
  for (const plan::WorkloadPlan& workload : run.plan.workloads()) {
    if (!workload.open()) continue;
    plan::VoteStream votes = workload.votes();
    for (auto vote = votes.next(); vote && vote->due < load_end; vote = votes.next())
      if (vote->due >= run.scenario.warm_up && !run.attempts.read(vote->number))
        waits.record(load_end - vote->due);
  }
  return waits;
}

double mean_planned_rate(const plan::RunPlan& plan) {
  const bool open = std::ranges::all_of(plan.workloads(), &plan::WorkloadPlan::open);
  const auto last = plan.last_due();
  if (!open || !last || *last <= Nanoseconds(0)) return 0;
  return static_cast<double>(plan.planned()) / in_seconds(*last);
}

constexpr const char* kReports = "reports";  // where votebench looks unless told

// How a person finds this run among the others of its folder.
struct Place {
  std::string reports;               // the folder, as the user may type it
  std::string selector;              // the run's id, or its path where no id finds it
  bool follows_one_like_it = false;  // a comparison with the run before makes sense
};

Place place_of(const RecordedRun& run) {
  const std::filesystem::path reports = run.directory.path().parent_path().parent_path();
  const std::string id = run.record.begin.run.hex();
  std::vector<ledger::RunSummary> runs = ledger::list_runs(reports);
  if (std::ranges::count(runs, id, &ledger::RunSummary::run_id) != 1)
    return {kReports, run.directory.path().string()};
  std::erase_if(runs,
                [](const ledger::RunSummary& one) { return one.not_run; });  // as compare does
  return {reports.string(), id,
          runs.size() > 1 && runs[0].run_id == id && runs[1].scenario == runs[0].scenario};
}

// What further commands on this run repeat. What a run was sent to, its own record tells.
Invocation repeated(const Invocation& here, const Place& place) {
  Invocation repeated = here;
  if (here.command != "verify") repeated.options.clear();
  if (place.reports != kReports) repeated.options.push_back({"--reports", place.reports});
  return repeated;
}

// What the audit cannot know keeps a run from passing; what it has found stands before it.
void doubt(Verdict& verdict, std::string reason, const Advice& advice) {
  if (verdict.kind == VerdictKind::pass) verdict.kind = VerdictKind::inconclusive;
  const bool found = verdict.kind == VerdictKind::fail;
  verdict.reasons.insert(found ? verdict.reasons.end() : verdict.reasons.begin(),
                         std::move(reason));
  const bool said = std::ranges::find(verdict.advice, advice.text()) != verdict.advice.end();
  if (advice.empty() || said) return;
  verdict.advice.insert(found ? verdict.advice.end() : verdict.advice.begin(), advice.text());
}

// A stack that was to be broken and was not has not shown that it survives.
void doubt_missed_events(const std::vector<RunEvent>& events, Verdict& verdict) {
  for (const RunEvent& event : events)
    if (event.missed())
      doubt(
          verdict,
          fmt::format("the event {} at {} {}: {}", printable(event.name), format_duration(event.at),
                      event.skipped ? "did not happen" : "failed", event.detail),
          event.skipped ? advise<Help::outlast_event>() : advise<Help::read_event>());
}

// A share that was not sent, or of which nobody knows: what the other shards sent is judged.
void doubt_shards(const std::vector<ledger::ShardRecord>& shards, Verdict& verdict) {
  if (verdict.unledgered > 0)
    doubt(verdict,
          fmt::format("{} of shards without a ledger: they prove nothing",
                      counted(verdict.unledgered, "row is", "rows are")),
          {});
  // The last one first: each comes to stand before those before it.
  for (auto shard = shards.rbegin(); shard != shards.rend(); ++shard)
    if (std::string fault = report::shard_fault(*shard); !fault.empty())
      doubt(verdict, std::move(fault), report::shard_advice(*shard));
}

ShardSet without_ledger(const std::vector<ledger::ShardRecord>& shards) {
  ShardSet set{static_cast<std::uint32_t>(std::max<std::size_t>(shards.size(), 1)), {}};
  for (const ledger::ShardRecord& shard : shards)
    if (shard.without_ledger()) set.indexes.push_back(shard.index);
  return set;
}

Verdict judge_run(const RecordedRun& run) {
  if (run.record.unfit) return {};
  audit::AuditInput input = audit_input(run.record, run.attempts);
  input.second_look = run.second_look;
  Verdict verdict = audit::judge(input);
  doubt_missed_events(run.record.events, verdict);
  doubt_shards(run.record.shards, verdict);
  if (const auto& unstored = run.record.unstored)
    doubt(verdict, unstored->message, Advice::of_others(unstored->help));
  return verdict;
}

}  // namespace

audit::AuditInput audit_input(const ledger::RunRecord& record, const AttemptHistory& attempts,
                              const RowEvidence& rows) {
  const ledger::Manifest& begin = record.begin;
  const bool ended_by_threshold = record.load.stopped == StopCause::threshold;
  return {.planned = record.load.planned,
          .choices = begin.choices,
          .identity = begin.identity,
          .ids = begin.ids(),
          .limits = begin.limits,
          .attempts = attempts,
          .queue = record.evidence.queue,
          .rows = rows,
          .settlement = record.evidence.settlement,
          // What keeps a shard from sending its share is said of the shard.
          .interrupted = !record.load.completed && !ended_by_threshold && record.shards.empty(),
          .host_crashed = record.host_crashed,
          .ended_by_threshold = ended_by_threshold,
          .services = begin.services,
          .unclosed = record.unclosed,
          .own_stack = begin.stack_ends_with_run,
          .drain_cut_short = !record.load.audit_finished,
          .unledgered = without_ledger(record.shards)};
}

audit::AuditInput audit_input(const ledger::RunRecord& record, const AttemptHistory& attempts) {
  return audit_input(record, attempts, record.evidence.rows);
}

bool rows_may_change(const scenario::Scenario& scenario, const std::optional<RowBaseline>& rows) {
  return scenario.voters.revote.ratio > 0 || (rows && rows->model == TableModel::append);
}

report::Report describe_run(const RecordedRun& run) {
  Verdict verdict = judge_run(run);
  const Place place = place_of(run);
  report::RunView view{run.scenario, run.record, run.attempts, {mean_planned_rate(run.plan)}};
  if (verdict.accounting.never_started > 0)
    view.planned.never_started_waits = never_started_waits(run);
  return report::make_report(
      view, std::move(verdict),
      {.run_id = run.directory.path().filename().string(),
       .directory = run.directory.path().string(),
       .selector = place.selector,
       .files = run.files.empty() ? report_files(run.scenario.report) : run.files,
       // Without them where a file cannot be read: the report is about the votes.
       .evidence_files = run.directory.seals().value_or(std::vector<ledger::FileSeal>()),
       .verification = run.verification,
       .here = repeated(run.here, place),
       .explain = run.output == Output::explained,
       .follows_one_like_it = place.follows_one_like_it});
}

}  // namespace votebench::run
