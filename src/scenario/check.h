// A tree against the tree of keys: unknown and missing keys, kinds, values.
#pragma once

#include <string>

#include "scenario/context.h"
#include "scenario/keys.h"
#include "scenario/yaml.h"

namespace votebench::scenario {

// Marks every node that is right as `valid` and stores the values of scalars; adds a diagnostic for
// everything else. `path` is how messages call the root of `node`: "" for a whole file.
void check_tree(const KeyTree& tree, Node& node, const std::string& path, Context& context);

}  // namespace votebench::scenario
