// Who may change artifacts/NAME: the guardian of the stack, or somebody who cleans up after one.
#pragma once

#include <optional>

#include "core/os.h"
#include "core/result.h"
#include "stack/stack_id.h"

namespace votebench::stack {

// Held until the descriptor is closed or its process ends. nullopt: somebody else holds it.
// Error (environment): the directory cannot be written.
[[nodiscard]] Result<std::optional<FileDescriptor>> try_lock(const StackId& id);

// The same for a command that a person has typed. Error (environment): also when somebody holds it.
[[nodiscard]] Result<FileDescriptor> lock_or_refuse(const StackId& id);

}  // namespace votebench::stack
