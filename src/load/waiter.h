// How a sender loop waits: the one place where load meets the kernel's timers. An interface, so
// that tests can let simulated time pass instead.
#pragma once

#include <sys/epoll.h>

#include <span>

#include "core/clock.h"

namespace votebench::load {

class Waiter {
 public:
  virtual ~Waiter() = default;
  // Returns the events that are ready, waiting for the first until `until` at most (nanosecond
  // precision; Instant::max() = for ever; the past = look, do not wait). Thread-safe.
  [[nodiscard]] virtual std::span<const epoll_event> wait(int epoll_fd,
                                                          std::span<epoll_event> buffer,
                                                          Instant until) = 0;
};

// Waits by the monotonic clock.
[[nodiscard]] Waiter& real_waiter();

}  // namespace votebench::load
