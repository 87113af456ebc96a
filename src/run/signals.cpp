#include "run/signals.h"

#include <ctime>

namespace votebench::run {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  struct sigaction hang_up {};
  sigaction(SIGHUP, nullptr, &hang_up);
  if (hang_up.sa_handler != SIG_IGN) sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

SignalWatcher::SignalWatcher() : signals_(stop_signals()) {
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  // A closed socket or terminal and a file-size limit are error codes, not deaths.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);  // whoever started us may ignore it: then no child's status is told
  thread_ = std::jthread([this](const std::stop_token& done) { watch(done); });
}

SignalWatcher::~SignalWatcher() = default;

StopCause SignalWatcher::cause() const {
  const int last = last_.load();
  if (last == 0) return StopCause::none;
  return last == SIGINT ? StopCause::interrupt : StopCause::terminate;
}

void SignalWatcher::watch(const std::stop_token& done) {
  while (!done.stop_requested()) {
    const timespec tick{0, 50'000'000};  // how late the destructor may be
    const int received = sigtimedwait(&signals_, nullptr, &tick);
    if (received <= 0) continue;
    last_.store(received);
    if (first_.stop_requested())
      second_.request_stop();
    else
      first_.request_stop();
  }
}

}  // namespace votebench::run
