// Ctrl-C and SIGTERM as values. The signals are blocked in every thread and read by one thread of
// ours, so no handler code runs and no system call of a sender is interrupted.
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace votebench::run {

// Construct in main before any other thread exists (the blocked mask is inherited).
class SignalWatcher {
 public:
  SignalWatcher();
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

  // Requested by the first SIGINT or SIGTERM: stop arrivals, drain, audit, report.
  [[nodiscard]] std::stop_token first() const { return first_.get_token(); }
  // Requested by the second: stop now, the ledger is already on disk.
  [[nodiscard]] std::stop_token second() const { return second_.get_token(); }
  // The last signal, 0 when none came.
  [[nodiscard]] int last_signal() const { return last_signal_.load(); }

 private:
  void watch(const std::stop_token& done);

  std::stop_source first_;
  std::stop_source second_;
  std::atomic<int> last_signal_{0};
  std::jthread thread_;
};

}  // namespace votebench::run
