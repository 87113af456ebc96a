// Processes by identity: a pid together with the start time that the kernel gave it, so that a
// recycled pid is never mistaken for the process that had it before.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/os.h"
#include "core/result.h"

namespace votebench::process {

struct Identity {
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;  // field 22 of /proc/PID/stat; since boot

  [[nodiscard]] bool operator==(const Identity&) const = default;
};

// nullopt when no such process exists. A zombie has an identity.
[[nodiscard]] std::optional<Identity> identify(pid_t pid);

// False for a zombie and for another process under the same pid.
[[nodiscard]] bool is_running(const Identity& process);

// Sends `signal` to exactly this process (through a pidfd); false when it is gone.
bool send_signal(const Identity& process, int signal);

// True when all of them have ended within `limit`. Zombies count as ended.
[[nodiscard]] bool wait_until_gone(const std::vector<Identity>& processes, Nanoseconds limit);

// The process and everything below it, as /proc shows it now; running processes only.
[[nodiscard]] std::vector<Identity> family(pid_t root);

// What poll(2) is to wait for at most until `deadline`: 0..60,000, rounded up.
[[nodiscard]] int milliseconds_until(Instant deadline);

// Changes with every boot of the machine: start times of another boot mean nothing.
[[nodiscard]] std::string boot_id();

}  // namespace votebench::process
