#include "run/signals.h"

#include <csignal>
#include <ctime>

namespace votebench::run {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

SignalWatcher::SignalWatcher() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A closed socket or terminal and a file-size limit are error codes, not deaths.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  thread_ = std::jthread([this](const std::stop_token& done) { watch(done); });
}

SignalWatcher::~SignalWatcher() = default;

void SignalWatcher::watch(const std::stop_token& done) {
  const sigset_t set = stop_signals();
  while (!done.stop_requested()) {
    const timespec tick{0, 50'000'000};  // how late the destructor may be
    const int received = sigtimedwait(&set, nullptr, &tick);
    if (received <= 0) continue;
    last_signal_.store(received);
    if (first_.stop_requested())
      second_.request_stop();
    else
      first_.request_stop();
  }
}

}  // namespace votebench::run
