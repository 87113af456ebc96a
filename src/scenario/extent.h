// How long a scenario's load lasts, and whether what was written of it can be relied on.
#pragma once

#include <optional>

#include "scenario/node.h"
#include "scenario/scenario.h"

namespace votebench::scenario {

// After the start of the load; nothing where the target decides when it ends.
[[nodiscard]] std::optional<Nanoseconds> planned_end(const Scenario& scenario);

// Every value below `node` is right: only then does what was built from it mean anything.
[[nodiscard]] bool all_valid(const Node& node);

}  // namespace votebench::scenario
