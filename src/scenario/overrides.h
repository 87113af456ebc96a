// --set KEY=VALUE: changes to the tree before it is checked.
#pragma once

#include <string>

#include "scenario/context.h"
#include "scenario/node.h"

namespace votebench::scenario {

// KEY is the path with dots, a list's element by its number from 0: workloads.peak.stages.0.hold.
// Missing mappings on the way are made. VALUE is YAML; it replaces what was there. Adds `setting`
// as a source of its own, which the new nodes refer to.
void apply_override(const std::string& setting, Node& root, Context& context);

}  // namespace votebench::scenario
