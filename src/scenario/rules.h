// The rules that concern more than one value.
#pragma once

#include "scenario/context.h"
#include "scenario/request_rules.h"
#include "scenario/scenario.h"
#include "scenario/yaml.h"

namespace votebench::scenario {

// Adds a diagnostic for every rule that the scenario breaks. A rule about values of which one is
// wrong, which has been said, is left out. REQUIRES: `scenario` was built from `root`.
void check_rules(const Node& root, const Scenario& scenario, Context& context);
// The same for a target.
void check_target_rules(const Node& node, const TargetSettings& target, const TargetRules& rules,
                        Context& context);

}  // namespace votebench::scenario
