// The guardian of one local stack: a process of its own that starts the services, does what it is
// told about them, and stops them when the process that made the stack is gone.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "stack/local/local_stack.h"

namespace votebench::stack {

// `votebench stack-guardian ...` is not for people: main() must hand such a command line to
// guardian_main before it looks at anything else.
inline constexpr char kGuardianCommand[] = "stack-guardian";

// What stands behind kGuardianCommand: "--variant=reference", ...
[[nodiscard]] std::vector<std::string> to_arguments(const LocalStackOptions& options);
// Error: not what to_arguments makes.
[[nodiscard]] Result<LocalStackOptions> from_arguments(std::span<const std::string> arguments);

// argv[1] is kGuardianCommand. Returns the process's exit status.
[[nodiscard]] int guardian_main(int argc, char** argv);

}  // namespace votebench::stack
