#include "core/print.h"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "core/os.h"

namespace votebench {
namespace {

// Zero or the errno value of what kept the rest from being written.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // somebody else made it non-blocking: wait as if it were not
      pollfd room{.fd = fd, .events = POLLOUT, .revents = 0};
      (void)::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

void write_out(std::string_view text) {
  static std::atomic<bool> said{false};
  const int error = write_all(STDOUT_FILENO, text);
  if (error != 0 && error != EPIPE && !said.exchange(true))
    print_err("votebench: warning: standard output: {}\n", os_error(error));
}

void write_err(std::string_view text) { (void)write_all(STDERR_FILENO, text); }

}  // namespace votebench
