#include "votestack/service.h"

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <mutex>

#include "core/check.h"
#include "core/text.h"

namespace votebench::votestack {
namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

StopSignal::StopSignal() {
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = stop_signals();
  CHECK_THAT_HOLDS(pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0);
  waiter_ = std::jthread([this, signals] {
    int number = 0;
    sigwait(&signals, &number);
    source_.request_stop();
  });
}

StopSignal::~StopSignal() {
  // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread): it is blocked, the thread waits for it
  if (!source_.stop_requested()) pthread_kill(waiter_.native_handle(), SIGTERM);
}

void StopSignal::wait() const {
  std::mutex mutex;
  std::condition_variable_any never_notified;
  std::unique_lock lock(mutex);
  never_notified.wait(lock, token(), [] { return false; });
}

void announce(std::string_view line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

void complain(std::string_view message) {
  constexpr std::size_t kLongest = 2000;
  const std::string line = fmt::format("votestack: {}\n", printable(message, kLongest));
  // One write: lines of several threads and services never mix. Nothing helps if it fails.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace votebench::votestack
