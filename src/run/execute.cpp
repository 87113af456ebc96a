#include "run/execute.h"

#include <stop_token>

#include "adapters/services.h"
#include "ledger/files.h"
#include "run/await_shards.h"
#include "run/judge_run.h"
#include "run/machine.h"
#include "run/preflight.h"
#include "run/publish.h"
#include "run/target_in_use.h"
#include "run/workload_ranges.h"
#include "scenario/write.h"
#include "shards/directory_clock.h"

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
  Instant began;  // the same by the monotonic clock
  plan::RunPlan plan;
  VoterIds ids = VoterIds::of_new_run();
};

// The run on disk, ready for its first vote.
struct Recording {
  ledger::RunDirectory directory;
  std::unique_ptr<ledger::AttemptStore> attempts;
  ledger::RunRecord record;
};

Result<Run> begin(const RunRequest& request, Display& display, const SignalWatcher& signals) {
  Clock& clock = real_clock();
  TRY_ASSIGN(plan::RunPlan plan, plan::RunPlan::make(request.scenario));
  return Run{request, display, signals, clock, clock.wall_now(), clock.now(), std::move(plan)};
}

Result<VoterIds> ids_for(const VoteEndpoint& vote, const RunRequest& request) {
  const scenario::Scenario& scenario = request.scenario;
  if (request.sharded) return request.sharded->ticket.run.ids();
  if (vote.identity != IdentityMode::answered) return VoterIds::of_new_run(vote.id_form);
  if (scenario.voters.revote.ratio > 0)
    return fail(ErrorKind::usage,
                "voters.revote needs voters who say who they are, but this app makes the ids "
                "(vote.identity: answered): every vote is another voter's",
                "leave voters.revote out, or send ids (vote.identity: echoed) where the app takes "
                "them");
  return VoterIds::of_new_run().told_by_answers(std::make_shared<IdBook>());
}

// Error: why the target is not fit for the run.
Result<> prove_fit(const Run& run, const TargetInUse& target, Preflight& preflight) {
  Result<> fit =
      run_preflight({.target = target.settings(),
                     .scenario = run.request.scenario,
                     .plan = run.plan,
                     .ids = run.ids,
                     .clock = run.clock,
                     .stop = run.signals.first(),
                     .may_leave_rows = run.request.assume_yes,
                     .progress = [&run](std::string_view step) { run.display.say(step); }},
                    preflight);
  if (!fit) fit.error() = target.explain(std::move(fit.error()));
  return fit;
}

std::vector<std::pair<std::string, std::string>> describe_environment(const Preflight& preflight) {
  std::vector<std::pair<std::string, std::string>> facts = machine_facts();
  facts.insert(facts.end(), preflight.facts.begin(), preflight.facts.end());
  return facts;
}

ledger::Manifest make_manifest(const Run& run, const TargetInUse& target,
                               const Preflight& preflight) {
  ledger::Manifest manifest;
  manifest.votebench_version = VOTEBENCH_VERSION;
  manifest.run = run.ids.run();
  manifest.key = run.ids.key();
  manifest.seed = run.request.scenario.seed;
  manifest.tags = run.request.tags;
  manifest.invocation = run.request.invocation;
  manifest.scenario_name = run.request.scenario.name;
  manifest.scenario_source = run.request.scenario.source;
  manifest.scenario_text = run.request.scenario_text;
  manifest.resolved_text = scenario::to_yaml(run.request.scenario);
  manifest.target_text = scenario::to_yaml(target.settings());
  manifest.target = target.describe();
  manifest.environment = describe_environment(preflight);
  manifest.grounds = preflight.grounds;
  manifest.services = adapters::services_of(target.settings());
  manifest.choices = run.plan.choices();
  manifest.identity = target.settings().vote.identity;
  manifest.id_form = run.ids.form();
  manifest.book = run.ids.shared_book();
  manifest.limits = run.request.scenario.audit;
  manifest.workloads = workload_ranges(run.plan);
  manifest.boot_id = ledger::current_boot_id();
  manifest.stack_ends_with_run = target.ends_with_run(run.request.keep_stack);
  manifest.queue = preflight.queue;
  manifest.rows = preflight.rows;
  manifest.clocks = preflight.clocks;
  return manifest;
}

// After now; the start of others' load is what their ticket says.
Result<Nanoseconds> head_start(const Run& run) {
  if (!run.request.sharded) return kHeadStart;
  const auto& [directory, ticket] = *run.request.sharded;
  TRY_ASSIGN(const ClockOffset clock, shards::read_directory_clock(directory, run.clock));
  return shards::instant_of(ticket.run.t0_wall, clock, run.clock) - run.clock.now();
}

Result<Recording> begin_recording(const Run& run, ledger::Manifest manifest) {
  TRY_ASSIGN(const Nanoseconds ahead, head_start(run));
  manifest.t0 = run.clock.now() + ahead;
  manifest.t0_wall = run.clock.wall_now() + ahead;
  TRY_ASSIGN(ledger::RunDirectory directory,
             ledger::RunDirectory::create(run.request.scenario.report.directory, manifest));
  TRY_ASSIGN(std::unique_ptr<ledger::AttemptStore> attempts, directory.create_attempts(manifest));
  return Recording{std::move(directory), std::move(attempts), {.begin = std::move(manifest)}};
}

// From here on the shards may begin, unless the target is not fit or it is too late.
Result<> meet_shards(const Run& run, const Recording& recording, Result<>& fit) {
  const ShardedLoad& sharded = *run.request.sharded;
  TRY(take_ticket(sharded, recording.directory.path()));
  if (fit)
    fit = check_in_time(sharded, recording.record.begin.t0, run.clock);
  else
    TRY(shards::ask_to_stop(sharded.directory, fit.error().message));
  return {};
}

// Null without --metrics-listen.
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

// `metrics`: null without --metrics-listen.
Result<> send_and_drain(const Run& run, const TargetInUse& target, Preflight& preflight,
                        Recording& recording, MetricsBoard* metrics) {
  return run_load_phase({.scenario = run.request.scenario,
                         .plan = run.plan,
                         .target = target,
                         .ids = run.ids,
                         .preflight = preflight,
                         .directory = recording.directory,
                         .attempts = *recording.attempts,
                         .display = run.display,
                         .signals = run.signals,
                         .metrics = metrics,
                         .clock = run.clock,
                         .t0 = recording.record.begin.t0,
                         .sharded = run.request.sharded ? &*run.request.sharded : nullptr},
                        recording.record);
}

// Nothing was sent: what was learned until then is the record.
void keep_as_unfit(const Error& why, const Preflight& preflight, Recording& recording) {
  ledger::RunRecord& record = recording.record;
  record.unfit = why;
  record.warnings = preflight.warnings;
  for (const std::string& warning : record.warnings)
    if (const auto kept = recording.directory.append_warning(warning); !kept)
      record.unstored = kept.error();
}

// On disk before anything is told of it: what can go wrong from here on does not leave it open. One
// that cannot be closed can still be verified.
void close(const Run& run, Recording& recording) {
  ledger::RunRecord& record = recording.record;
  record.load.started = run.started;
  record.load.ended = run.clock.wall_now();
  record.load.took = run.clock.now() - run.began;
  if (const StopCause asked = run.signals.cause(); asked != StopCause::none)
    record.load.stopped = asked;
  record.load.audit_finished = !run.signals.second().stop_requested();
  record.complete = true;
  const Result<> saved = recording.directory.save(record);
  if (!saved) record.unstored = saved.error();
  // Votes that could not be noted were not sent.
  if (const auto failure = recording.attempts->failure()) record.unstored = *failure;
  if (!saved) return;
  const auto closed =
      recording.directory.close({.ended = record.load.ended,
                                 .interrupted = record.load.stopped != StopCause::none,
                                 .store = record.evidence.rows.store});
  if (!closed) record.warnings.push_back(closed.error().message);
}

}  // namespace

Result<RunOutcome> execute(const RunRequest& request, Display& display,
                           const SignalWatcher& signals) {
  const std::stop_callback acknowledged(signals.first(), [&display] {
    display.say("interrupted: no more votes are sent, those sent are audited; again: end now");
  });
  MetricsBoard metrics;
  TRY_ASSIGN(const auto server, serve_metrics(request, metrics, display));
  TRY_ASSIGN(Run run, begin(request, display, signals));
  TRY(ledger::RunDirectory::check_room(request.scenario.report.directory,
                                       workload_ranges(run.plan)));
  TRY_ASSIGN(TargetInUse target, TargetInUse::open(request, display, signals.first()));
  TRY_ASSIGN(run.ids, ids_for(target.settings().vote, request));
  Preflight preflight;
  Result<> fit = prove_fit(run, target, preflight);
  TRY_ASSIGN(Recording recording, begin_recording(run, make_manifest(run, target, preflight)));
  if (request.sharded) TRY(meet_shards(run, recording, fit));
  if (const std::string stack = target.stack_record(); !stack.empty())
    TRY(recording.directory.save_text(ledger::kStackRecordFile, stack));
  if (fit)
    TRY(send_and_drain(run, target, preflight, recording, server ? &metrics : nullptr));
  else
    keep_as_unfit(fit.error(), preflight, recording);
  close(run, recording);
  const RecordedRun recorded{.scenario = request.scenario,
                             .plan = run.plan,
                             .directory = recording.directory,
                             .attempts = *recording.attempts,
                             .record = recording.record,
                             .here = request.invocation,
                             .output = request.output};
  const report::Report report = describe_run(recorded);
  publish(report, recording.directory, request.output);
  announce(report, recording.directory);
  prune_older(request.scenario, recording.directory);
  RunOutcome outcome{report.exit, recording.directory.path(), {}};
  if (const auto closed = target.close(request.keep_stack); !closed)
    outcome.teardown = closed.error();
  return outcome;
}

}  // namespace votebench::run
