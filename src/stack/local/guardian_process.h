// The guardian as its maker sees it.
#pragma once

#include <functional>
#include <stop_token>
#include <string_view>

#include "core/os.h"
#include "core/result.h"
#include "process/identity.h"
#include "stack/local/local_stack.h"

namespace votebench::stack {

struct GuardianProcess {
  process::Identity identity;
  FileDescriptor lifeline;  // closing it takes the stack down
};

// Starts `options.guardian` in a session of its own, so that Ctrl-C in our terminal does not reach
// it. `options` are complete: absolute paths, everything checked. Thread-safe.
[[nodiscard]] Result<GuardianProcess> spawn_guardian(const LocalStackOptions& options);

// Returns when the guardian reports that the stack is up. Errors (environment): what it reports,
// its death, or a requested stop.
[[nodiscard]] Result<> await_up(const StackId& id, const GuardianProcess& guardian,
                                const Progress& progress, const std::stop_token& stop);

// Waits until a guardian that was told to end has ended; kills it after 40 s and cleans up behind
// it. Error (environment): something of the stack could not be ended.
[[nodiscard]] Result<> await_guardian_end(const StackId& id, const process::Identity& guardian);

}  // namespace votebench::stack
