// One program run for an event of the scenario: an argument vector, no shell, a time limit, and as
// much of its output as is worth keeping.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace votebench::run {

inline constexpr std::size_t kMaxCommandOutput = 64 * 1024;

struct CommandOutcome {
  std::string output;  // stdout and stderr together, the first kMaxCommandOutput bytes
  bool cut = false;    // there was more
  std::string ending;  // "ended with status 0", "ended by signal 9", "killed after 30 s"
  bool succeeded = false;
};

// Starts `argv` (argv[0] is looked for in PATH) with our environment, /dev/null as its input and a
// process group of its own. Returns when its leader has ended and its output is closed; what still
// runs after `limit`, or when `stop` is requested, is killed with its group. Any thread.
// Error (environment): it could not be started.
[[nodiscard]] Result<CommandOutcome> run_command(const std::vector<std::string>& argv,
                                                 Nanoseconds limit, const std::stop_token& stop);

}  // namespace votebench::run
