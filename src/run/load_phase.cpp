#include "run/load_phase.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/services.h"
#include "run/await_shards.h"
#include "run/event_runner.h"
#include "run/judge_run.h"
#include "run/queue_sighting.h"
#include "watch/page_check.h"

namespace votebench::run {
namespace {

Result<watch::SamplerSources> open_sources(const LoadPhaseInput& input, WallTime t0_wall) {
  const TargetSettings& target = input.target.settings();
  const auto& [queue_words, rows_words] = adapters::services_of(target);
  watch::SamplerSources sources{
      .queue_words = queue_words, .rows_words = rows_words, .ids = input.ids, .t0_wall = t0_wall};
  if (target.queue) {
    TRY_ASSIGN(sources.queue, adapters::open_queue_probe(*target.queue));
    sources.queue_baseline = input.preflight.queue->snapshot;
    sources.queue_every = target.queue->sample_every;
  }
  if (target.rows) {
    TRY_ASSIGN(sources.rows, adapters::open_row_store(*target.rows));
    sources.rows_every = target.rows->sample_every;
    sources.rows_told = target.tells_rows();
    sources.probe_rows =
        input.ids.book() == nullptr ? input.preflight.probe_rows : input.preflight.rows->rows;
  }
  return sources;
}

// How many accepted votes the rows do not show yet, by the audit's own rules.
std::function<MissingVotes(const RowEvidence&)> count_missing(const LoadPhaseInput& input,
                                                              const ledger::RunRecord& record) {
  return [&](const RowEvidence& rows) {
    return audit::missing_acked(audit_input(record, input.attempts, rows));
  };
}

// On a connection of its own, while the lists are looked at.
Result<std::vector<bool>> cast_trailing(const LoadPhaseInput& input, VoterIndex voter) {
  const TargetSettings& target = input.target.settings();
  std::optional<QueueSighting> sighting;
  if (target.queue) {
    TRY_ASSIGN(auto probe, adapters::open_queue_probe(*target.queue));
    sighting.emplace(std::move(probe), input.ids, false);
  }
  const auto choice = static_cast<ChoiceIndex>(voter % input.plan.choices().size());
  TRY_ASSIGN(
      const adapters::VoteAnswer answer,
      adapters::cast_one_vote(*input.preflight.adapters.votes, {voter, choice}, input.clock));
  if (answer.outcome == Outcome::acked && input.ids.book() != nullptr) {
    if (!input.ids.book()->add(voter, answer.voter_id))
      return fail(ErrorKind::environment, "the vote page told an id that it had told before");
    TRY(input.attempts.ids()->add(voter, answer.voter_id));
  }
  if (answer.outcome == Outcome::acked) return sighting ? sighting->seen_in() : std::vector<bool>();
  return fail(ErrorKind::environment,
              answer.status == 0
                  ? fmt::format("the vote page gave no answer ({})", words_of(answer.cause).words)
                  : fmt::format("the vote page answered {}", answer.status));
}

// The page can be held against the table only where nothing is on its way any more.
PageEvidence look_at_page(const LoadPhaseInput& input, const Evidence& drained) {
  const TargetSettings& target = input.target.settings();
  if (target.result_url.empty()) return {};
  PageEvidence page{.configured = true};
  if (!drained.rows.readable)
    page.why_not = "the table was not read";
  else if (!drained.settlement.settled())
    page.why_not = "votes were still on their way";
  else
    page = watch::check_page(*adapters::open_result_feed(target, input.clock),
                             *input.preflight.adapters.rows, input.clock, input.signals.second());
  return page;
}

// Distance between two looks of one store, where the sampler itself reported to be late.
Nanoseconds longest_gap(const std::vector<RunEvent>& events, const std::vector<Sample>& samples) {
  if (std::ranges::none_of(events, [](const RunEvent& e) { return e.name == "sampler-gap"; }))
    return Nanoseconds(0);
  Nanoseconds longest{};
  Nanoseconds queue_at{};
  Nanoseconds rows_at{};
  for (const Sample& sample : samples) {
    Nanoseconds& last = sample.has_queue ? queue_at : rows_at;
    longest = std::max(longest, sample.at - last);
    last = sample.at;
  }
  return longest;
}

// After its stop.
void note_recorded(Recorder& recorder, ledger::RunRecord& record) {
  record.samples = recorder.samples();
  record.clocks = recorder.clocks();
  record.events = recorder.events();
  record.warnings = recorder.warnings();
  record.unstored = recorder.unsaved();
  record.load.clock_step = std::max(record.load.clock_step, recorder.largest_clock_step());
  record.load.standstill = std::max(record.load.standstill, recorder.longest_standstill());
  record.load.longest_sampler_gap = longest_gap(record.events, record.samples);
  if (recorder.aborted()) record.load.stopped = StopCause::threshold;
}

watch::DrainTask drain_task(const LoadPhaseInput& input, const ledger::RunRecord& record,
                            const watch::Sampler& sampler, Recorder& recorder) {
  const Preflight& preflight = input.preflight;
  watch::DrainTask task{
      .target = input.target.settings(), .ids = input.ids, .choices = input.plan.choices()};
  task.timeout = input.scenario.drain_timeout;
  task.queue = preflight.adapters.queue.get();
  task.queue_baseline = preflight.queue ? &*preflight.queue : nullptr;
  task.rows = preflight.adapters.rows.get();
  task.row_baseline = preflight.rows ? &*preflight.rows : nullptr;
  if (preflight.rows) task.missing_acked = count_missing(input, record);
  task.rows_may_change = rows_may_change(input.scenario, preflight.rows);
  if (task.target.vote.identity != IdentityMode::none)
    task.cast_trailing = [&input](VoterIndex voter) { return cast_trailing(input, voter); };
  if (preflight.rows) task.rows_fell = [&sampler] { return sampler.rows_fell(); };
  if (task.queue != nullptr) {
    task.history = [&sampler] { return sampler.queue_history(); };
    task.in_hand_fall = [&sampler, &preflight] {
      const watch::InHandFall probes = preflight.in_hand_fall;
      const watch::InHandFall load = sampler.in_hand_fall();
      return watch::InHandFall{std::max(probes.most, load.most), probes.samples + load.samples};
    };
  }
  task.client_is_dead = [&input](const QueueClient& client) {
    return input.target.client_is_dead(client);
  };
  task.on_status = [&recorder](const watch::DrainStatus& status) { recorder.drain_status(status); };
  return task;
}

// Returns when all votes of the plan are concluded, by this process or by others.
Result<> send_votes(const LoadPhaseInput& input, load::LoadCounters& counters,
                    const load::LoadStop& stop, ledger::RunRecord& record) {
  if (input.sharded != nullptr) return await_shards(input, counters, stop, record);
  const CpuMeter meter;
  TRY_ASSIGN(const load::LoadSummary load, load::run_load({.plan = input.plan,
                                                           .scenario = input.scenario,
                                                           .box = *input.preflight.adapters.votes,
                                                           .sink = input.attempts,
                                                           .t0 = input.t0,
                                                           .clock = input.clock},
                                                          counters, stop));
  note_load(load, meter, record.load);
  return {};
}

}  // namespace

void note_load(const load::LoadSummary& load, const CpuMeter& meter, ledger::LoadRecord& record) {
  record.completed = load.end == load::LoadEnd::completed;
  record.planned = load.total.planned;
  record.length = load.finished - load.started;
  record.threads = load.threads;
  record.cpu = meter.process_cpu();
  record.steal_share = meter.steal_share();
  record.exhausted_share = load.exhausted_share;
}

Result<> run_load_phase(const LoadPhaseInput& input, ledger::RunRecord& record) {
  TRY_ASSIGN(watch::SamplerSources sources, open_sources(input, record.begin.t0_wall));
  load::LoadCounters counters;
  std::stop_source arrivals;
  const std::stop_callback on_signal(input.signals.first(), [&] { arrivals.request_stop(); });
  Recorder recorder({.run = input.ids.run(),
                     .directory = input.directory,
                     .attempts = input.attempts,
                     .plan = input.plan,
                     .scenario = input.scenario,
                     .target = input.target.settings(),
                     .counters = counters,
                     .arrivals = arrivals,
                     .display = input.display,
                     .metrics = input.metrics,
                     .book = input.ids.book(),
                     .clock = input.clock,
                     .t0 = input.t0});
  auto listening = input.target.on_tunnel_event([&](const stack::TunnelEvent& event) {
    recorder.add_event({event.at - input.t0, event.name, event.detail});
  });
  for (const std::string& warning : input.preflight.warnings) recorder.warn(warning);
  watch::Sampler sampler(input.clock, input.t0, std::move(sources), recorder.sink());
  EventRunner events({.events = input.scenario.events,
                      .target = input.target,
                      .recorder = recorder,
                      .clock = input.clock,
                      .t0 = input.t0,
                      .stop = input.signals.first()});
  TRY(send_votes(input, counters, {arrivals.get_token(), input.signals.second()}, record));
  if (input.ids.book() != nullptr) input.attempts.ids()->tell(*input.ids.book());
  recorder.load_ended();
  events.load_ended(arrivals.stop_requested() || !record.load.completed);
  const watch::DrainTask task = drain_task(input, record, sampler, recorder);
  watch::DrainResult drained = watch::drain(task, input.clock, input.signals.second());
  record.evidence = {std::move(drained.queue), std::move(drained.rows),
                     std::move(drained.settlement)};
  record.evidence.page = look_at_page(input, record.evidence);
  events.finish();
  sampler.stop();
  listening.reset();  // from here on nobody else adds events
  recorder.stop();
  note_recorded(recorder, record);
  input.display.clear();
  return {};
}

}  // namespace votebench::run
