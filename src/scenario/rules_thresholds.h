// The rules of `thresholds` that concern the rest of the scenario.
#pragma once

#include "scenario/context.h"
#include "scenario/node.h"
#include "scenario/scenario.h"

namespace votebench::scenario {

// Adds a diagnostic for a workload that does not exist, a time after the end of the load, and an
// abort on something that only the end of the run tells.
void check_thresholds(const Node& root, const Scenario& scenario, Context& context);

}  // namespace votebench::scenario
