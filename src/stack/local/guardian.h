// The guardian of one local stack: a process of its own that starts the services, does what it is
// told about them, and stops them when the process that made the stack is gone.
#pragma once

namespace votebench::stack {

// `votebench stack-guardian ...` is not for people: main() must hand such a command line to
// guardian_main before it looks at anything else.
inline constexpr char kGuardianCommand[] = "stack-guardian";

// argv[1] is kGuardianCommand. Returns the process's exit status.
[[nodiscard]] int guardian_main(int argc, char** argv);

}  // namespace votebench::stack
