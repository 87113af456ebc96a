// A checked tree to the records of a run.
#pragma once

#include "scenario/scenario.h"
#include "scenario/yaml.h"
#include "vote/target_settings.h"

namespace votebench::scenario {

// What the tree says. Where it is wrong, which check_tree has said, fields keep their defaults.
// REQUIRES: check_tree has been applied to the tree.
[[nodiscard]] Scenario build_scenario(const Node& root);
[[nodiscard]] TargetSettings build_target(const Node& node);

}  // namespace votebench::scenario
