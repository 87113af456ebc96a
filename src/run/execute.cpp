#include "run/execute.h"

#include <array>

#include "core/os.h"
#include "core/print.h"
#include "ledger/files.h"
#include "run/judge_run.h"
#include "run/load_phase.h"
#include "run/machine.h"
#include "run/preflight.h"
#include "run/publish.h"
#include "run/target_in_use.h"
#include "scenario/write.h"

namespace votebench::run {
namespace {

// Time enough to make the manifest durable before the first vote is due.
constexpr Nanoseconds kHeadStart = std::chrono::milliseconds(300);

// What stays the same from the first phase to the last.
struct Run {
  const RunRequest& request;
  Display& display;
  const SignalWatcher& signals;
  Clock& clock;
  WallTime started;
  plan::RunPlan plan;
  RunId id;
  RunKey key;

  [[nodiscard]] VoterIds ids() const { return {id, key}; }
};

// The run on disk, ready for its first vote.
struct Recording {
  ledger::RunDirectory directory;
  std::unique_ptr<ledger::AttemptStore> attempts;
  Instant t0;
  WallTime t0_wall;
};

Result<Run> begin(const RunRequest& request, Display& display, const SignalWatcher& signals) {
  Clock& clock = real_clock();
  TRY_ASSIGN(plan::RunPlan plan, plan::RunPlan::make(request.scenario));
  std::array<std::uint8_t, 4> id{};
  fill_random(id);
  RunKey key{};
  fill_random(key);
  RunId run;
  for (const std::uint8_t byte : id) run.value = run.value << 8U | byte;
  return Run{request, display, signals, clock, clock.wall_now(), std::move(plan), run, key};
}

Result<Preflight> prove_fit(const Run& run, const TargetInUse& target) {
  return run_preflight({.target = target.settings(),
                        .scenario = run.request.scenario,
                        .plan = run.plan,
                        .ids = run.ids(),
                        .clock = run.clock,
                        .stop = run.signals.first(),
                        .may_leave_rows = run.request.assume_yes,
                        .progress = [&run](std::string_view step) { run.display.say(step); }});
}

std::vector<ledger::WorkloadRange> ranges(const plan::RunPlan& plan) {
  std::vector<ledger::WorkloadRange> ranges;
  for (const plan::WorkloadPlan& workload : plan.workloads())
    ranges.push_back(
        {workload.workload().name, workload.first(), workload.reserved(), workload.total()});
  return ranges;
}

ledger::Manifest make_manifest(const Run& run, const TargetInUse& target,
                               const Preflight& preflight) {
  ledger::Manifest manifest;
  manifest.votebench_version = VOTEBENCH_VERSION;
  manifest.run = run.id;
  manifest.key = run.key;
  manifest.seed = run.request.scenario.seed;
  manifest.tags = run.request.tags;
  manifest.invocation = run.request.invocation;
  manifest.scenario_name = run.request.scenario.name;
  manifest.scenario_source = run.request.scenario.source;
  manifest.scenario_text = run.request.scenario_text;
  manifest.resolved_text = scenario::to_yaml(run.request.scenario);
  manifest.target_text = scenario::to_yaml(target.settings());
  manifest.choices = run.plan.choices();
  manifest.identity = target.settings().vote.identity;
  manifest.limits = run.request.scenario.audit;
  manifest.workloads = ranges(run.plan);
  manifest.boot_id = ledger::current_boot_id();
  manifest.stack_ends_with_run = target.ends_with_run(run.request.keep_stack);
  manifest.queue = preflight.queue;
  manifest.rows = preflight.rows;
  const WallTime now = run.clock.wall_now();
  if (preflight.queue_clock) manifest.clocks.push_back({"redis", *preflight.queue_clock, now});
  if (preflight.rows_clock) manifest.clocks.push_back({"postgres", *preflight.rows_clock, now});
  return manifest;
}

Result<Recording> record(const Run& run, ledger::Manifest manifest) {
  const Instant t0 = manifest.t0 = run.clock.now() + kHeadStart;
  const WallTime t0_wall = manifest.t0_wall = run.clock.wall_now() + kHeadStart;
  TRY_ASSIGN(
      ledger::RunDirectory directory,
      ledger::RunDirectory::create(run.request.scenario.report.directory, std::move(manifest)));
  TRY_ASSIGN(std::unique_ptr<ledger::AttemptStore> attempts, directory.create_attempts());
  return Recording{std::move(directory), std::move(attempts), t0, t0_wall};
}

// Where what happens is written to.
struct Outputs {
  Recording& recording;
  MetricsBoard* metrics;  // nullptr: nobody asks
};

// Nothing when nobody asked for it.
Result<std::unique_ptr<MetricsServer>> serve_metrics(const RunRequest& request, MetricsBoard& board,
                                                     Display& display) {
  std::unique_ptr<MetricsServer> server;
  if (request.metrics_listen.empty()) return server;
  report::LiveMetrics before;
  before.version = VOTEBENCH_VERSION;
  before.scenario = request.scenario.name;
  board.post(std::move(before));
  TRY_ASSIGN(server, MetricsServer::start(request.metrics_listen, board));
  display.say("metrics: " + server->url());
  return server;
}

Result<LoadPhase> send_and_drain(const Run& run, const TargetInUse& target, Preflight& preflight,
                                 const Outputs& outputs) {
  Recording& recording = outputs.recording;
  const VoterIds ids = run.ids();
  TRY_ASSIGN(LoadPhase phase, run_load_phase({.scenario = run.request.scenario,
                                              .plan = run.plan,
                                              .target = target,
                                              .ids = ids,
                                              .preflight = preflight,
                                              .directory = recording.directory,
                                              .attempts = *recording.attempts,
                                              .display = run.display,
                                              .signals = run.signals,
                                              .metrics = outputs.metrics,
                                              .clock = run.clock,
                                              .t0 = recording.t0}));
  return phase;
}

std::vector<std::pair<std::string, std::string>> describe_environment(const Preflight& preflight) {
  std::vector<std::pair<std::string, std::string>> facts = machine_facts();
  facts.insert(facts.end(), preflight.facts.begin(), preflight.facts.end());
  return facts;
}

StopCause stop_cause(const SignalWatcher& signals, bool aborted) {
  const StopCause asked = signals.cause();
  return asked == StopCause::none && aborted ? StopCause::threshold : asked;
}

ledger::Evidence gather(const Run& run, const TargetInUse& target, const Preflight& preflight,
                        const LoadPhase& phase) {
  RunFacts facts;
  facts.target = target.describe();
  facts.environment = describe_environment(preflight);
  facts.started = run.started;
  facts.ended = run.clock.wall_now();
  facts.stopped = stop_cause(run.signals, phase.aborted);
  facts.audit_finished = !run.signals.second().stop_requested();
  facts.completed = phase.load.end == load::LoadEnd::completed;
  facts.planned = phase.load.total.planned;
  facts.load = phase.load.finished - phase.load.started;
  facts.threads = phase.load.threads;
  facts.cpu = phase.cpu;
  facts.steal_share = phase.steal_share;
  facts.exhausted_share = phase.load.exhausted_share;
  facts.longest_sampler_gap = phase.longest_sampler_gap;
  facts.clock_step = phase.clock_step;
  return {phase.drain.queue, phase.drain.rows, phase.drain.settlement, std::move(facts),
          phase.page};
}

// Votes that could not be noted, and so were not sent; or what was seen of them.
std::optional<Error> unstored(const ledger::AttemptStore& attempts, const LoadPhase& phase,
                              const Result<>& saved) {
  if (std::optional<Error> failure = attempts.failure()) return failure;
  if (!saved) return saved.error();
  return phase.unsaved;
}

// Before anything is told of it: what can go wrong from here on does not leave it open. One that
// cannot be closed can still be verified.
void close(const ledger::RunDirectory& directory, const ledger::Evidence& evidence) {
  const auto closed = directory.close({.ended = evidence.facts.ended,
                                       .interrupted = evidence.facts.stopped != StopCause::none,
                                       .store = evidence.rows.store});
  if (!closed) print_err("votebench: warning: {}\n", closed.error().message);
}

}  // namespace

Result<RunOutcome> execute(const RunRequest& request, Display& display,
                           const SignalWatcher& signals) {
  MetricsBoard metrics;
  TRY_ASSIGN(const auto server, serve_metrics(request, metrics, display));
  TRY_ASSIGN(const Run run, begin(request, display, signals));
  TRY(ledger::RunDirectory::check_room(request.scenario.report.directory, ranges(run.plan)));
  TRY_ASSIGN(TargetInUse target, TargetInUse::open(request, display, signals.first()));
  Result<Preflight> fit = prove_fit(run, target);
  if (!fit) fit.error() = target.explain(std::move(fit.error()));
  Preflight preflight = fit ? std::move(*fit) : Preflight{};
  TRY_ASSIGN(Recording recording, record(run, make_manifest(run, target, preflight)));
  if (const std::string stack = target.stack_record(); !stack.empty())
    TRY(recording.directory.save_text(ledger::kStackRecordFile, stack));
  LoadPhase phase;  // stays empty when the target is not fit
  if (fit) {
    MetricsBoard* board = server ? &metrics : nullptr;
    TRY_ASSIGN(phase, send_and_drain(run, target, preflight, {recording, board}));
  }
  ledger::Evidence evidence = gather(run, target, preflight, phase);
  if (!fit) evidence.facts.unfit = fit.error().message;
  if (!fit) evidence.facts.unfit_help = fit.error().help;
  const Result<> saved = recording.directory.save_evidence(evidence);
  if (saved) close(recording.directory, evidence);
  const RecordedRun recorded{.scenario = request.scenario,
                             .plan = run.plan,
                             .directory = recording.directory,
                             .attempts = *recording.attempts,
                             .evidence = evidence,
                             .samples = phase.samples,
                             .events = phase.events,
                             .unfit = fit ? std::optional<Error>() : fit.error(),
                             .unstored = unstored(*recording.attempts, phase, saved),
                             .here = request.invocation};
  const report::Report report = describe_run(recorded, judge_run(recorded));
  publish(report, recording.directory, request.output);
  announce(report, recording.directory);
  prune_older(request.scenario.report, recording.directory);
  RunOutcome outcome{report.exit, recording.directory.path(), {}};
  if (const auto closed = target.close(request.keep_stack); !closed)
    outcome.teardown = closed.error();
  return outcome;
}

}  // namespace votebench::run
