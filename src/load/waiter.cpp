#include "load/waiter.h"

#include <poll.h>

#include <cerrno>
#include <ctime>
#include <optional>

#include "core/check.h"

namespace votebench::load {
namespace {

std::optional<timespec> time_left(Instant until, Instant now) {
  if (until == Instant::max()) return std::nullopt;
  const Nanoseconds left = until > now ? until - now : Nanoseconds(0);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  return timespec{.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
}

// Sandboxes and kernels before 5.11 do not have epoll_pwait2; an epoll descriptor can be polled.
int wait_for_events(int epoll_fd, std::span<epoll_event> buffer, const timespec* left) {
  const int size = static_cast<int>(buffer.size());
  const int ready = ::epoll_pwait2(epoll_fd, buffer.data(), size, left, nullptr);
  if (ready >= 0 || (errno != ENOSYS && errno != EPERM)) return ready;
  pollfd waiting{.fd = epoll_fd, .events = POLLIN, .revents = 0};
  (void)::ppoll(&waiting, 1, left, nullptr);
  return ::epoll_wait(epoll_fd, buffer.data(), size, 0);
}

class EpollWaiter final : public Waiter {
 public:
  std::span<const epoll_event> wait(int epoll_fd, std::span<epoll_event> buffer,
                                    Instant until) override {
    const std::optional<timespec> left = time_left(until, real_clock().now());
    const int ready = wait_for_events(epoll_fd, buffer, left ? &*left : nullptr);
    CHECK_THAT_HOLDS(ready >= 0 || errno == EINTR);
    return buffer.first(ready < 0 ? 0 : static_cast<std::size_t>(ready));
  }
};

}  // namespace

Waiter& real_waiter() {
  static EpollWaiter waiter;
  return waiter;
}

}  // namespace votebench::load
