#include "stack/local/attention.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "process/identity.h"
#include "stack/local/local_socket.h"

namespace votebench::stack {

Result<Attention> Attention::begin(FileDescriptor lifeline) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  Attention attention;
  attention.lifeline_ = std::move(lifeline);
  if (::sigprocmask(SIG_SETMASK, &set, nullptr) == 0)
    attention.signals_ = FileDescriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  ::signal(SIGPIPE, SIG_IGN);
  if (attention.signals_) return attention;
  return fail(ErrorKind::environment, "cannot listen to signals: " + os_error(errno));
}

bool Attention::wait(Nanoseconds limit, int also) {
  std::array<pollfd, 3> waiting{{{signals_.get(), POLLIN, 0},
                                 {lifeline_.get(), POLLIN, 0},  // -1 is ignored
                                 {also, POLLIN, 0}}};
  if (::poll(waiting.data(), waiting.size(),
             process::milliseconds_until(real_clock().now() + limit)) <= 0)
    return false;
  if (waiting[0].revents != 0) read_signals();
  if (waiting[1].revents != 0) read_lifeline();
  return waiting[2].revents != 0;
}

void Attention::read_signals() {
  signalfd_siginfo information{};
  while (::read(signals_.get(), &information, sizeof information) ==
         static_cast<ssize_t>(sizeof information))
    if (information.ssi_signo != SIGCHLD) end_requested_ = true;
}

void Attention::read_lifeline() {
  char byte = 0;
  const ssize_t got = ::recv(lifeline_.get(), &byte, 1, MSG_DONTWAIT);
  if (got == 1 && byte == kKeep) kept_ = true;
  if (got == 1 || (got < 0 && (errno == EAGAIN || errno == EINTR))) return;
  lifeline_.reset();
  if (!kept_) end_requested_ = true;
}

void Attention::tell_maker(std::string_view text) const {
  if (lifeline_) send_text(lifeline_.get(), text);
}

}  // namespace votebench::stack
