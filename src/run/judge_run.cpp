#include "run/judge_run.h"

#include <algorithm>

#include "audit/audit.h"

namespace votebench::run {
namespace {

// For every vote that was due before the load ended and never started, how long it waited in vain.
report::Histogram never_started_waits(const RecordedRun& run) {
  report::Histogram waits;
  const Nanoseconds load_end = run.evidence.facts.load;
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

report::GeneratorFacts generator_facts(const RecordedRun& run, const Verdict& verdict) {
  const RunFacts& facts = run.evidence.facts;
  report::GeneratorFacts generator;
  generator.threads = facts.threads;
  generator.cpu = facts.cpu;
  generator.steal_share = facts.steal_share;
  generator.planned_rate_per_s = mean_planned_rate(run.plan);
  generator.exhausted_share = facts.exhausted_share;
  generator.longest_sampler_gap = facts.longest_sampler_gap;
  generator.clock_step = facts.clock_step;
  if (verdict.accounting.never_started > 0)
    generator.never_started_waits = never_started_waits(run);
  return generator;
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
  const std::string id = run.directory.manifest().run.hex();
  const std::vector<ledger::RunSummary> runs = ledger::list_runs(reports);
  if (std::ranges::count(runs, id, &ledger::RunSummary::run_id) != 1)
    return {kReports, run.directory.path().string()};
  return {reports.string(), id,
          runs.size() > 1 && runs[0].run_id == id && runs[1].scenario == runs[0].scenario};
}

std::vector<std::string> useful_subcommands(const Place& place) {
  std::vector<std::string> known = known_subcommands();
  if (!place.follows_one_like_it) std::erase(known, "compare");
  return known;
}

// What further commands on this run repeat. What a run was sent to, its own record tells.
Invocation repeated(const Invocation& here, const Place& place) {
  Invocation repeated = here;
  if (here.command != "verify") repeated.options.clear();
  if (place.reports != kReports) repeated.options.push_back({"--reports", place.reports});
  return repeated;
}

void say_unstored(const Error& error, Verdict& verdict) {
  if (verdict.kind == VerdictKind::pass) verdict.kind = VerdictKind::inconclusive;
  verdict.reasons.insert(verdict.reasons.begin(), error.message);
  if (!error.help.empty()) verdict.advice.insert(verdict.advice.begin(), error.help);
}

// Without them where a file cannot be read: the report is about the votes.
std::vector<report::FileFact> evidence_files(const ledger::RunDirectory& directory) {
  std::vector<report::FileFact> files;
  if (const auto seals = directory.seals())
    for (const ledger::FileSeal& seal : *seals)
      files.push_back({seal.name, seal.bytes, seal.sha256});
  return files;
}

}  // namespace

Verdict judge_run(const RecordedRun& run) {
  const ledger::Manifest& manifest = run.directory.manifest();
  if (run.unfit) return {};
  const bool ended_by_threshold = run.evidence.facts.stopped == StopCause::threshold;
  Verdict verdict =
      audit::judge({.planned = run.evidence.facts.planned,
                    .choices = manifest.choices,
                    .identity = manifest.identity,
                    .ids = VoterIds(manifest.run, manifest.key),
                    .limits = manifest.limits,
                    .attempts = run.attempts,
                    .queue = run.evidence.queue,
                    .rows = run.evidence.rows,
                    .settlement = run.evidence.settlement,
                    .interrupted = !run.evidence.facts.completed && !ended_by_threshold,
                    .host_crashed = run.host_crashed,
                    .ended_by_threshold = ended_by_threshold,
                    .second_look = run.second_look});
  if (run.unstored) say_unstored(*run.unstored, verdict);
  return verdict;
}

report::Report describe_run(const RecordedRun& run, const Verdict& verdict) {
  const ledger::Manifest& manifest = run.directory.manifest();
  const RunFacts& facts = run.evidence.facts;
  const report::GeneratorFacts generator = generator_facts(run, verdict);
  const Place place = place_of(run);
  return report::make_report(
      {.run_id = run.directory.path().filename().string(),
       .version = manifest.votebench_version,
       .target = facts.target,
       .environment = facts.environment,
       .started = facts.started,
       .ended = facts.ended,
       .t0 = manifest.t0_wall,
       .load = facts.load,
       .planned_load = run.plan.last_due(),
       .stopped = facts.stopped,
       .audit_finished = facts.audit_finished,
       .error = run.unfit,
       .unstored = run.unstored.has_value(),
       .verification = run.verification,
       .rows_clock = manifest.rows_clock(),
       .scenario = run.scenario,
       .attempts = run.attempts,
       .samples = run.samples,
       .events = run.events,
       .verdict = verdict,
       .settlement = run.evidence.settlement,
       .queue = run.evidence.queue,
       .rows = run.evidence.rows,
       .page = run.evidence.page,
       .generator = generator,
       .scenario_text = manifest.scenario_text,
       .evidence_files = evidence_files(run.directory),
       .here = repeated(run.here, place),
       .invocation = manifest.invocation,
       .directory = run.directory.path().string(),
       .selector = place.selector,
       .stack_ends_with_run = manifest.stack_ends_with_run,
       .files = run.files.empty() ? report_files(run.scenario.report) : run.files,
       .subcommands = useful_subcommands(place)});
}

}  // namespace votebench::run
