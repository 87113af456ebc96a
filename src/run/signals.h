// Ctrl-C, SIGTERM and a terminal that hangs up, as values. The signals are blocked in every thread
// and read by one thread of ours, so no handler code runs and no system call of a sender is
// interrupted.
#pragma once

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

#include "vote/evidence.h"

namespace votebench::run {

// Construct in main before any other thread exists (the blocked mask is inherited).
class SignalWatcher {
 public:
  SignalWatcher();
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

  // Requested by the first SIGINT, SIGTERM or SIGHUP (unless that is ignored, as under nohup): stop
  // arrivals, drain, audit, report.
  [[nodiscard]] std::stop_token first() const { return first_.get_token(); }
  // Requested by the second: stop now, the ledger is already on disk.
  [[nodiscard]] std::stop_token second() const { return second_.get_token(); }
  // What the last signal asked for; none: nothing came.
  [[nodiscard]] StopCause cause() const;

 private:
  void watch(const std::stop_token& done);

  std::stop_source first_;
  std::stop_source second_;
  const sigset_t signals_;
  std::atomic<int> last_{0};  // the last signal, 0 when none came
  std::jthread thread_;
};

}  // namespace votebench::run
