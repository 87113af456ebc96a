// Makes the scenario's events happen at their times, and undoes what is to be undone, however the
// run ends.
#pragma once

#include <atomic>
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
};

// A thread per event, so that a slow command delays no other event. Each event that happens goes to
// the recorder twice: when it has begun and when its window has ended.
class EventRunner {
 public:
  explicit EventRunner(EventRunnerInput input);
  ~EventRunner();  // finish()
  EventRunner(const EventRunner&) = delete;
  EventRunner& operator=(const EventRunner&) = delete;

  // Nothing begins any more but what was due by now. What should have happened later is recorded as
  // skipped and is a warning, unless the load was cut short (by a signal or a threshold). What has
  // begun is undone at its time, or at once when the load was cut short. A running command is ended
  // then, too, and is no failure.
  void load_ended(bool cut_short);
  // Undoes what is left and waits until it is done. Idempotent.
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
};

}  // namespace votebench::run
