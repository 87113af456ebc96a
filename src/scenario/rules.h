// The rules that concern more than one value.
#pragma once

#include <string>

#include "scenario/context.h"
#include "scenario/scenario.h"
#include "scenario/yaml.h"

namespace votebench::scenario {

// Adds a diagnostic for every rule that the scenario breaks. A rule about values of which one is
// wrong, which has been said, is left out. REQUIRES: `scenario` was built from `root`.
void check_rules(const Node& root, const Scenario& scenario, Context& context);
// The same for a target; `path` is how messages call it.
void check_target_rules(const Node& node, const std::string& path, Context& context);

}  // namespace votebench::scenario
