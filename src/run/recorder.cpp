#include "run/recorder.h"

#include <algorithm>

#include "run/live_counts.h"

namespace votebench::run {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Nanoseconds kTick = milliseconds(100);
constexpr std::size_t kHistory = 60;           // seconds that the display looks back
constexpr std::uint64_t kReadsPerTick = 5000;  // bounds the work of one tick

}  // namespace

Recorder::Recorder(RecorderInput input)
    : input_(input),
      thresholds_(input.scenario),
      begun_(input.attempts, input.plan, AttemptFollower::When::begun),
      concluded_(input.attempts, input.plan, AttemptFollower::When::concluded),
      told_(input.attempts, input.plan, AttemptFollower::When::concluded),
      next_second_(seconds(1)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Recorder::~Recorder() { stop(); }

void Recorder::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  std::ranges::stable_sort(events_, {}, &RunEvent::at);
}

watch::SampleSink Recorder::sink() {
  return {[this](const Sample& sample) { add_sample(sample); },
          [this](const RunEvent& event) { add_event(event); },
          [this](const ServerClock& reading) {
            const std::scoped_lock lock(mutex_);
            clocks_.push_back(reading);
          }};
}

void Recorder::add_sample(Sample sample) {
  count_votes(input_.counters, sample);
  const std::scoped_lock lock(mutex_);
  if (sample.has_queue) latest_queue_ = sample;
  if (sample.has_rows) latest_rows_ = sample;
  samples_.push_back(sample);
  thresholds_.add(sample);
  note_unsaved(input_.directory.append(sample));
}

// One message tells that the disk is full, not one per line.
void Recorder::note_unsaved(const Result<>& saved) {
  if (saved || unsaved_) return;
  unsaved_ = saved.error();
  warnings_.push_back(saved.error().message);
}

std::size_t Recorder::add_event(const RunEvent& event) {
  const std::scoped_lock lock(mutex_);
  events_.push_back(event);
  note_unsaved(input_.directory.append(event));
  return events_.size() - 1;
}

void Recorder::update_event(std::size_t number, const RunEvent& event) {
  const std::scoped_lock lock(mutex_);
  events_[number] = event;
  note_unsaved(input_.directory.append(event));
}

void Recorder::log(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  note_unsaved(input_.directory.append_log(text));
}

void Recorder::warn(const std::string& warning) {
  const std::scoped_lock lock(mutex_);
  if (std::ranges::find(warnings_, warning) != warnings_.end()) return;
  warnings_.push_back(warning);
  note_unsaved(input_.directory.append_warning(warning));
}

void Recorder::load_ended() {
  const std::scoped_lock lock(mutex_);
  load_end_ = input_.clock.now() - input_.t0;
}

void Recorder::drain_status(const watch::DrainStatus& status) {
  const std::scoped_lock lock(mutex_);
  drain_ = status;
}

void Recorder::work(const std::stop_token& stop) {
  Instant next = input_.clock.now();
  while (!stop.stop_requested()) {
    tick(input_.clock.now());
    next = std::max(next + kTick, input_.clock.now());
    input_.clock.sleep_until(next, stop);
    note_wake(next, input_.clock.now());
  }
}

// The load may have ended between the end of a standstill and this thread's waking.
void Recorder::note_wake(Instant due, Instant now) {
  const std::scoped_lock lock(mutex_);
  const Instant end = load_end_ ? std::min(now, input_.t0 + *load_end_) : now;
  standstill_ = std::max(standstill_, end - due);
}

void Recorder::tick(Instant now) {
  input_.attempts.prepare_ahead();
  watch_clock();
  follow_lag();
  follow_attempts();
  follow_ids();
  const Nanoseconds elapsed = now - input_.t0;
  const bool second_is_over = elapsed >= next_second_;
  if (second_is_over) {
    end_second();
    check_thresholds(elapsed);
    watch_in_flight();
    // Losing this second's slots needs the host to crash, not only this process.
    if (const auto synced = input_.attempts.sync(); !synced) warn(synced.error().message);
    while (next_second_ <= elapsed) next_second_ += seconds(1);
  }
  const report::ProgressState current = state(elapsed);
  if (second_is_over) remember_second(current.now);
  input_.display.show(current);
  if (input_.metrics != nullptr) post_metrics(current);
}

// Between two readings of the monotonic clock: this thread may lose the processor in between.
void Recorder::watch_clock() {
  const Instant before = input_.clock.now();
  const WallTime wall = input_.clock.wall_now();
  const Nanoseconds half = (input_.clock.now() - before) / 2;
  const OwnClock now{{wall.time_since_epoch() - (before + half).time_since_epoch(), half},
                     before + half};
  if (own_clock_ && !is_drift(own_clock_->offset, now.offset, now.read - own_clock_->read))
    clock_step_ = std::max<Nanoseconds>(
        clock_step_, std::chrono::abs(now.offset.offset - own_clock_->offset.offset));
  own_clock_ = now;
}

void Recorder::follow_lag() {
  begun_.follow(kReadsPerTick, [this](const Attempt& attempt) { lags_.record(attempt.lag()); });
}

void Recorder::end_second() {
  lag_p99_ = lags_.percentile(0.99).value_or(Nanoseconds(0));
  response_p50_ = responses_.percentile(0.5);
  response_p99_ = responses_.percentile(0.99);
  lags_ = {};
  responses_ = {};
}

void Recorder::follow_attempts() {
  const std::scoped_lock lock(mutex_);
  concluded_.follow(kReadsPerTick, [this](const Attempt& attempt) {
    thresholds_.add(attempt);
    if (attempt.outcome != Outcome::acked) return;
    responses_.record(attempt.response_time());
    response_.record(attempt.response_time());
    service_.record(attempt.service_time());
  });
}

// Whoever looks into the queue knows by them which votes are ours.
void Recorder::follow_ids() {
  if (input_.book == nullptr) return;
  told_.follow(kReadsPerTick, [this](const Attempt& attempt) {
    const std::string_view id = input_.attempts.ids()->read(attempt.voter);
    if (!id.empty()) (void)input_.book->add(attempt.voter, id);
  });
}

void Recorder::check_thresholds(Nanoseconds elapsed) {
  std::optional<std::string> missed;
  {
    const std::scoped_lock lock(mutex_);
    if (aborted_ || load_end_) return;
    missed = thresholds_.missed(elapsed);
  }
  if (!missed) return;
  aborted_ = true;
  add_event({elapsed, std::string(report::kAbortEvent), *missed});
  input_.arrivals.request_stop();
}

std::string Recorder::stage(Nanoseconds elapsed) const {
  std::string text;
  for (const plan::WorkloadPlan& workload : input_.plan.workloads()) {
    const std::string part = workload.stage_at(elapsed);
    if (part.empty()) continue;
    text += (text.empty() ? "" : ", ") + workload.workload().name + ": " + part;
  }
  if (text.empty()) return elapsed < Nanoseconds(0) ? "about to start" : "waiting for answers";
  return text;
}

report::ProgressState Recorder::state(Nanoseconds elapsed) {
  report::ProgressState state;
  state.elapsed = std::max(elapsed, Nanoseconds(0));
  state.planned_load = input_.plan.last_due();
  state.planned_votes = input_.plan.planned();
  state.drain_limit = input_.scenario.drain_timeout;
  state.has_queue = input_.target.queue.has_value();
  state.has_rows = input_.target.tells_rows();
  count_votes(input_.counters, state);
  state.lag = lag_p99_;
  state.response_p50 = response_p50_;
  state.response_p99 = response_p99_;
  state.in_flight_exhausted = in_flight_exhausted_;
  state.history = history_;
  state.now.at = state.elapsed;
  const std::scoped_lock lock(mutex_);
  state.draining = load_end_.has_value();
  state.stage = state.draining ? "drain" : stage(elapsed);
  if (load_end_) state.drained = elapsed - *load_end_;
  state.now.queued = latest_queue_.queue_depth + latest_queue_.in_flight;
  state.now.written = latest_rows_.rows_written;
  // While draining the table is read only when that may settle something: until then the lists
  // tell. So they do where voters vote again: rows count voters then, not votes.
  if (drain_)
    state.now.missing = std::max(drain_->missing, drain_->waiting);
  else if (input_.scenario.voters.revote.ratio > 0)
    state.now.missing = std::min(state.now.accepted, state.now.queued);
  else
    state.now.missing = state.now.accepted - std::min(state.now.accepted, state.now.written);
  state.events = events_;
  state.warnings = warnings_;
  return state;
}

void Recorder::watch_in_flight() {
  const std::uint64_t held_back = input_.counters.late_by_target.load();
  std::uint64_t room = 0;
  for (const plan::WorkloadPlan& workload : input_.plan.workloads())
    if (workload.open()) room += workload.workload().max_in_flight;
  // Where nothing is answered at all, nothing is sent late either.
  in_flight_exhausted_ =
      held_back > held_back_ || (room > 0 && input_.counters.in_flight() >= room);
  held_back_ = held_back;
}

void Recorder::post_metrics(const report::ProgressState& state) {
  row_delays_.accepted(state.now.at, state.now.accepted);
  row_delays_.written(state.now.at, state.now.written);
  report::LiveMetrics metrics;
  metrics.version = VOTEBENCH_VERSION;
  metrics.scenario = input_.scenario.name;
  metrics.run = input_.run.hex();
  metrics.progress = state;
  metrics.rejected = input_.counters.rejected.load();
  metrics.ambiguous = input_.counters.ambiguous.load();
  metrics.not_sent = input_.counters.not_sent.load();
  metrics.in_flight = input_.counters.in_flight();
  {
    const std::scoped_lock lock(mutex_);
    metrics.pushed = latest_queue_.pushed;
  }
  metrics.response = response_;
  metrics.service = service_;
  metrics.has_row_delays = state.has_rows && input_.scenario.voters.revote.ratio == 0;
  metrics.row_delays = row_delays_.delays();
  input_.metrics->post(std::move(metrics));
}

void Recorder::remember_second(const report::ProgressPoint& point) {
  if (history_.size() == kHistory) history_.erase(history_.begin());
  history_.push_back(point);
}

}  // namespace votebench::run
