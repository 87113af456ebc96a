// A checked tree to the records of a run, and the rules that concern more than one value.
#pragma once

#include <string>

#include "scenario/context.h"
#include "scenario/node.h"
#include "scenario/scenario.h"
#include "vote/target_settings.h"

namespace votebench::scenario {

// What the tree says; where it is wrong (which has been said), the defaults.
[[nodiscard]] Scenario build_scenario(const Node& root);
[[nodiscard]] TargetSettings build_target(const Node& node);

// Adds a diagnostic for every rule that the scenario breaks.
void check_rules(const Node& root, const Scenario& scenario, Context& context);
// The same for a target; `path` is how messages call it.
void check_target_rules(const Node& node, const std::string& path, Context& context);

}  // namespace votebench::scenario
