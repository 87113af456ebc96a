// What is left of a local stack whose guardian was killed.
#pragma once

#include "stack/stack_id.h"

namespace votebench::stack {

// Removes it: the processes (by identity), the private directory, state and target file. The caller
// holds the lock (stack/lock.h). False when there was nothing.
bool clean_up_after_guardian(const StackId& id);

}  // namespace votebench::stack
