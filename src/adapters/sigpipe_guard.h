// A TLS library writes to its socket with write(2), so a server that went away raises SIGPIPE,
// which ends a process. While a guard lives, this thread does not get the signal; the write fails
// with EPIPE.
#pragma once

#include <csignal>
#include <ctime>

namespace votebench::adapters {

class SigpipeGuard {
 public:
  SigpipeGuard() {
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &only_sigpipe(), &before_);
  }
  ~SigpipeGuard() {
    const timespec at_once{};
    if (!was_pending_) sigtimedwait(&only_sigpipe(), nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  SigpipeGuard(const SigpipeGuard&) = delete;
  SigpipeGuard& operator=(const SigpipeGuard&) = delete;

 private:
  static const sigset_t& only_sigpipe() {
    static const sigset_t set = [] {
      sigset_t one;
      sigemptyset(&one);
      sigaddset(&one, SIGPIPE);
      return one;
    }();
    return set;
  }

  sigset_t before_{};
  bool was_pending_ = false;
};

}  // namespace votebench::adapters
