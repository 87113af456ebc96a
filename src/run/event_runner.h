// Makes the scenario's events happen at their times, and undoes what is to be undone, however the
// run ends.
#pragma once

#include <atomic>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "run/recorder.h"
#include "run/target_in_use.h"
#include "scenario/scenario.h"

namespace votebench::run {

// References must outlive the runner.
struct EventRunnerInput {
  const std::vector<scenario::ScheduledEvent>& events;
  const TargetInUse& target;
  Recorder& recorder;
  Clock& clock;
  Instant t0;
  std::stop_token stop;  // when it is requested, the load counts as cut short
};

// A thread per event, so that a slow command delays no other event. Each event that happens goes to
// the recorder twice: when it has begun and when its window has ended.
class EventRunner {
 public:
  explicit EventRunner(EventRunnerInput input);
  ~EventRunner();  // as load_ended(true) and finish()
  EventRunner(const EventRunner&) = delete;
  EventRunner& operator=(const EventRunner&) = delete;

  // Nothing begins any more but what was due by now, and what has begun is undone at its time. What
  // should have happened later is recorded as skipped: a warning or, if the verdict counts on it
  // (RunEvent::missed), one of its reasons.
  // Cut short (by a signal or a threshold, also after the load's end): nothing begins, nothing is
  // recorded as skipped, what has begun is undone at once, and a running command is ended, which is
  // no failure. Any thread.
  void load_ended(bool cut_short);
  // Undoes what is left and waits until it is done, and until commands that still run have ended:
  // at most their limit of 30 s, unless the load is cut short. Idempotent.
  void finish();

 private:
  struct Done {
    std::string text;  // "kill worker", "ran ./deploy: ended with status 0"
    bool failed = false;
  };

  void perform(const scenario::ScheduledEvent& event);
  // False: its time had not come when the load ended.
  [[nodiscard]] bool wait_for(const scenario::ScheduledEvent& event);
  void skip(const scenario::ScheduledEvent& event);
  [[nodiscard]] Done act(const std::string& name, const scenario::Intervention& action,
                         const std::stop_token& stop);
  [[nodiscard]] Done run(const std::string& name, const std::vector<std::string>& argv,
                         const std::stop_token& stop);
  void end_window(const scenario::ScheduledEvent& event, std::size_t recorded, RunEvent& happened);
  [[nodiscard]] Nanoseconds elapsed() const { return input_.clock.now() - input_.t0; }

  EventRunnerInput input_;
  // Written before load_over_.
  std::atomic<bool> cut_short_ = false;
  std::atomic<Nanoseconds> load_end_{};  // after t0
  std::stop_source load_over_;
  std::stop_source hurry_;    // undo now what has begun
  std::stop_source give_up_;  // and end what is running for it
  std::stop_source finished_;
  std::vector<std::jthread> threads_;
  std::stop_callback<std::function<void()>> on_stop_;
};

}  // namespace votebench::run
