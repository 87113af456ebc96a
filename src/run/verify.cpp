#include "run/verify.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "run/judge_run.h"
#include "run/publish.h"
#include "run/reach.h"
#include "run/stored_run.h"
#include "scenario/parse.h"
#include "watch/settle.h"

namespace votebench::run {
namespace {

// Beyond the time that a worker may hold a vote: nobody watched the workers since the run.
constexpr Nanoseconds kSpare = std::chrono::seconds(5);

Evidence nothing_read(const std::string& why) {
  Evidence reading;
  reading.rows.configured = true;
  reading.settlement.reason = why;
  return reading;
}

class Verifier {
 public:
  Verifier(const VerifyRequest& request, Display& display, const SignalWatcher& signals,
           StoredRun run)
      : request_(request), display_(display), signals_(signals), run_(std::move(run)) {}

  Result<report::ExitCode> judge() {
    const WallTime now = real_clock().wall_now();
    if (run_.record.unfit) return publish({.at = now, .how = "nothing was sent, nothing to read"});
    if (request_.stored) return judge_saved(now, "the saved rows alone");
    if (manifest().stack_ends_with_run && !request_.target)
      return judge_saved(now, "the stack ended with the run: the saved rows alone");
    TRY_ASSIGN(const TargetSettings target, target_of_now());
    look_ = audit::look_again(first_look(), read_stores(target));
    return publish({.at = now, .how = "queue and table were read again"});
  }

 private:
  [[nodiscard]] const ledger::Manifest& manifest() const { return run_.record.begin; }
  [[nodiscard]] const Evidence& saved() const { return run_.record.evidence; }
  [[nodiscard]] bool rows_are_saved() const {
    return run_.record.complete && saved().rows.readable;
  }

  Result<report::ExitCode> judge_saved(WallTime now, std::string how) {
    if (!rows_are_saved())
      look_ = audit::look_again(
          first_look(),
          nothing_read(request_.stored
                           ? "the run ended before it had saved its rows"
                           : "the stack ended with the run, before its rows were read"));
    return publish({.at = now, .how = std::move(how)});
  }

  [[nodiscard]] audit::FirstLook first_look() const {
    audit::FirstLook first{.attempts = *run_.attempts,
                           .saved = run_.record.complete ? &saved() : nullptr};
    first.queue = run_.record.begin.services.queue;
    first.cleaned = run_.record.cleaned;
    first.counts_only = manifest().identity == IdentityMode::none;
    first.counters = manifest().rows && manifest().rows->counters.kept;
    if (manifest().queue) first.queue_server = manifest().queue->snapshot.server_id;
    if (!saved().queue.server_id.empty()) first.queue_server = saved().queue.server_id;
    // Before the first vote, the probes' were the only rows with ids of this run.
    if (manifest().rows) first.rows_of_probes = manifest().rows->rows - manifest().rows->strangers;
    return first;
  }

  Result<TargetSettings> target_of_now() const {
    if (request_.target) return *request_.target;
    Result<TargetSettings> target =
        scenario::parse_target(manifest().target_text,
                               (run_.directory.path() / "target.yaml").string(),
                               scenario::process_options())
            .result();
    if (target) return target;
    Error error = target.error();
    error.help =
        "if the stack is gone or elsewhere: --stored judges the saved rows, --target FILE "
        "says where its stores are now";
    return fail(std::move(error));
  }

  // What has settled needs no second proof: then the stores are only read.
  [[nodiscard]] Nanoseconds patience(const TargetSettings& target) const {
    if (rows_are_saved() && saved().settlement.settled()) return Nanoseconds(0);
    return request_.timeout.value_or(
        std::max(run_.scenario.drain_timeout, target.worker_max_hold + kSpare));
  }

  // With its stores where they can be reached.
  Evidence read_stores(TargetSettings target);
  [[nodiscard]] std::optional<QueueBaseline> baseline_of_queue() const;
  [[nodiscard]] MissingVotes missing(const RowEvidence& rows) const;
  Result<report::ExitCode> publish(report::Verification verification);
  template <typename Server>
  void read_clock(ServerClock::Of of, Server& server);

  const VerifyRequest& request_;
  Display& display_;
  const SignalWatcher& signals_;
  StoredRun run_;
  std::optional<audit::SecondLook> look_;  // nothing: the saved evidence is judged
};

// How many accepted votes neither the saved rows nor these show.
MissingVotes Verifier::missing(const RowEvidence& rows) const {
  const bool add_saved = rows_are_saved() && !saved().rows.rows.own.empty();
  RowEvidence merged;
  if (add_saved) merged = audit::look_again(first_look(), {{}, rows, {}}).merged.rows;
  return audit::missing_acked(audit_input(run_.record, *run_.attempts, add_saved ? merged : rows));
}

// With what the run learned of the lists after it.
std::optional<QueueBaseline> Verifier::baseline_of_queue() const {
  std::optional<QueueBaseline> baseline = manifest().queue;
  if (!baseline || !run_.record.complete) return baseline;
  if (baseline->seen_in.empty()) baseline->seen_in.resize(1);
  if (saved().queue.list_seen) baseline->seen_in[0] = true;
  baseline->blocking_pops |= saved().queue.blocking_pops;
  return baseline;
}

Evidence Verifier::read_stores(TargetSettings target) {
  const auto tunnel = open_tunnel(target);
  if (!tunnel) return nothing_read(tunnel.error().message);
  const VoterIds ids = manifest().ids();
  std::unique_ptr<adapters::QueueProbe> queue;
  std::unique_ptr<adapters::RowStore> rows;
  std::string unreachable;
  const auto open = [&](auto result, auto& adapter) {
    if (result)
      adapter = *std::move(result);
    else
      unreachable = result.error().message;
  };
  if (target.queue && manifest().queue) open(adapters::open_queue_probe(*target.queue), queue);
  if (target.rows && manifest().rows) open(adapters::open_row_store(*target.rows), rows);
  if (target.rows && manifest().rows && !rows) return nothing_read(unreachable);

  watch::DrainTask task{.target = target, .ids = ids, .choices = manifest().choices};
  task.timeout = patience(target);
  task.queue = queue.get();
  const std::optional<QueueBaseline> queue_baseline = baseline_of_queue();
  task.queue_baseline = queue ? &*queue_baseline : nullptr;
  task.rows = rows.get();
  task.row_baseline = rows ? &*manifest().rows : nullptr;
  task.rows_may_change = rows_may_change(run_.scenario, manifest().rows);
  task.missing_acked = [this](const RowEvidence& read) { return missing(read); };
  if (task.timeout > Nanoseconds(0))
    display_.say(
        fmt::format("waiting until nothing is on its way any more (at most {} without "
                    "movement)",
                    format_duration(task.timeout)));
  watch::DrainResult result = watch::drain(task, real_clock(), signals_.first());
  // A killed run has read them before its load only.
  if (!run_.record.complete && queue) read_clock(ServerClock::Of::queue, *queue);
  if (!run_.record.complete && rows) read_clock(ServerClock::Of::rows, *rows);
  if (target.queue && !queue) result.queue.configured = true;
  if (target.queue && !queue) result.settlement.reason = unreachable;
  return {std::move(result.queue), std::move(result.rows), std::move(result.settlement)};
}

// Against the clock of the run, as long as the machine has not been started anew.
template <typename Server>
void Verifier::read_clock(ServerClock::Of of, Server& server) {
  const CountedClock counted(real_clock(), manifest().t0, manifest().t0_wall);
  const bool same_boot = manifest().boot_id == ledger::current_boot_id();
  const Clock& clock = same_boot ? static_cast<const Clock&>(counted) : real_clock();
  if (const auto offset = server.clock_offset(clock))
    run_.record.clocks.push_back({of, *offset, clock.wall_now()});
}

Result<report::ExitCode> Verifier::publish(report::Verification verification) {
  ledger::RunRecord& record = run_.record;
  if (const StopCause asked = signals_.cause(); asked != StopCause::none)
    record.load.stopped = asked;
  record.load.audit_finished = !signals_.first().stop_requested();
  if (look_) {
    record.evidence.queue = look_->merged.queue;
    record.evidence.rows = look_->merged.rows;
    record.evidence.settlement = look_->merged.settlement;
  }
  const VerificationFiles files = verification_files(run_.directory, verification.at);
  const RecordedRun recorded{.scenario = run_.scenario,
                             .plan = run_.plan,
                             .directory = run_.directory,
                             .attempts = *run_.attempts,
                             .record = record,
                             .second_look = look_ ? &*look_ : nullptr,
                             .verification = std::move(verification),
                             .files = {files.summary, files.result},
                             .here = request_.invocation,
                             .output = request_.output};
  const report::Report report = describe_run(recorded);
  publish_verification(report, run_.directory, files);
  return report.exit;
}

// The newest run may be one that was not run.
void say_what_is_passed_over(const VerifyRequest& request, const ledger::RunDirectory& verified,
                             Display& display) {
  const auto named = ledger::find_run(request.reports, request.run);
  if (!named || *named == verified.path()) return;
  display.say(fmt::format("{} was not run (its target was refused, no vote was sent): verifying {}",
                          named->filename().string(), verified.path().filename().string()));
}

}  // namespace

Result<report::ExitCode> verify(const VerifyRequest& request, Display& display,
                                const SignalWatcher& signals) {
  TRY_ASSIGN(StoredRun run, open_stored_run(request.reports, request.run, ledger::Among::sent));
  say_what_is_passed_over(request, run.directory, display);
  return Verifier(request, display, signals, std::move(run)).judge();
}

}  // namespace votebench::run
