// Telling the guardian of a stack that is up what to do.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "stack/local/layout.h"
#include "stack/local/local_stack.h"
#include "stack/local/state.h"

namespace votebench::stack {

[[nodiscard]] Failure not_up(const StackId& id);

// The state of a stack whose guardian runs. Error (environment): there is none.
[[nodiscard]] Result<StackState> live_state(const StackId& id);

[[nodiscard]] Layout layout_of(const StackId& id, const StackState& state);

[[nodiscard]] std::vector<ServiceStatus> service_list(const StackState& state);

// "ACTION SERVICE" or "reset"; returns when it is done.
[[nodiscard]] Result<> command(const StackId& id, const std::string& text);

}  // namespace votebench::stack
