// What happens beside the senders: samples and events go to the run directory, ledger segments are
// made ahead of use, and the display is kept up to date. No sender ever waits for it.
#pragma once

#include <atomic>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "ledger/run_directory.h"
#include "load/load.h"
#include "plan/plan.h"
#include "report/measures/histogram.h"
#include "report/measures/thresholds.h"
#include "run/attempt_follower.h"
#include "run/display.h"
#include "run/metrics_server.h"
#include "vote/server_clocks.h"
#include "watch/sampler.h"
#include "watch/settle.h"

namespace votebench::run {

struct RecorderInput {
  RunId run;
  ledger::RunDirectory& directory;
  ledger::AttemptStore& attempts;
  const plan::RunPlan& plan;
  const scenario::Scenario& scenario;
  const TargetSettings& target;
  const load::LoadCounters& counters;
  std::stop_source& arrivals;  // stopped when a threshold with `abort: true` is missed
  Display& display;
  MetricsBoard* metrics;   // nullptr: nobody asks
  IdBook* book = nullptr;  // ids are ours
  Clock& clock;
  Instant t0;
};

// Runs from construction to stop(). sink() and drain_status() are called by others' threads.
class Recorder {
 public:
  explicit Recorder(RecorderInput input);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  [[nodiscard]] watch::SampleSink sink();
  // Returns the number by which update_event() knows it.
  std::size_t add_event(const RunEvent& event);
  // The event again, now that its window has ended.
  void update_event(std::size_t number, const RunEvent& event);
  // Whole lines for run.log.
  void log(const std::string& text);
  // A sentence for the report's warnings and the live view; the same text again is ignored.
  void warn(const std::string& warning);
  // From now on the display shows the drain.
  void load_ended();
  void drain_status(const watch::DrainStatus& status);
  void stop();

  // After stop(); events by time.
  [[nodiscard]] const std::vector<Sample>& samples() const { return samples_; }
  [[nodiscard]] const std::vector<RunEvent>& events() const { return events_; }
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
  [[nodiscard]] const std::vector<ServerClock>& clocks() const { return clocks_; }
  // A threshold ended the load.
  [[nodiscard]] bool aborted() const { return aborted_; }
  // Of this machine's wall clock against the monotonic one: it was set.
  [[nodiscard]] Nanoseconds largest_clock_step() const { return clock_step_; }
  // For how long nothing of this program ran while the load did: it was stopped or suspended, or
  // got no processor.
  [[nodiscard]] Nanoseconds longest_standstill() const { return standstill_; }
  // Why samples, events or lines of the log are missing in the run directory; nothing: none are.
  [[nodiscard]] const std::optional<Error>& unsaved() const { return unsaved_; }

 private:
  void add_sample(Sample sample);
  void note_unsaved(const Result<>& saved);
  void work(const std::stop_token& stop);
  void tick(Instant now);
  void follow_lag();
  void end_second();
  void follow_attempts();
  void follow_ids();
  void check_thresholds(Nanoseconds elapsed);
  void watch_clock();
  void note_wake(Instant due, Instant now);
  [[nodiscard]] report::ProgressState state(Nanoseconds elapsed);
  [[nodiscard]] std::string stage(Nanoseconds elapsed) const;
  // Once a second: whether votes are due that max_in_flight keeps back, for the live view.
  void watch_in_flight();
  void post_metrics(const report::ProgressState& state);
  void remember_second(const report::ProgressPoint& point);

  // The wall clock against the monotonic one.
  struct OwnClock {
    ClockOffset offset;
    Instant read{};
  };

  RecorderInput input_;

  std::mutex mutex_;  // everything below that two threads touch
  std::vector<Sample> samples_;
  std::vector<RunEvent> events_;
  std::vector<std::string> warnings_;
  std::vector<ServerClock> clocks_;
  std::optional<Error> unsaved_;
  Sample latest_queue_, latest_rows_;
  std::optional<watch::DrainStatus> drain_;
  std::optional<Nanoseconds> load_end_;
  Nanoseconds standstill_{};
  report::LiveThresholds thresholds_;

  // The working thread's own.
  std::optional<OwnClock> own_clock_;  // at the last tick
  Nanoseconds clock_step_{};
  std::vector<report::ProgressPoint> history_;
  AttemptFollower begun_;
  AttemptFollower concluded_;
  AttemptFollower told_;
  bool aborted_ = false;
  // Of the running second, and what they were in the last one.
  report::Histogram lags_, responses_;
  Nanoseconds lag_p99_{};
  std::optional<Nanoseconds> response_p50_, response_p99_;
  std::uint64_t held_back_ = 0;  // votes, by the last second
  bool in_flight_exhausted_ = false;
  report::DurationBuckets response_, service_;  // of accepted votes
  report::RowDelays row_delays_;
  Nanoseconds next_second_{};
  std::jthread thread_;
};

}  // namespace votebench::run
