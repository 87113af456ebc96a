// YAML text to a tree, refusing what YAML or yaml-cpp would silently bend.
#pragma once

#include <cstddef>
#include <optional>

#include "scenario/diagnostic.h"
#include "scenario/node.h"

namespace votebench::scenario {

// The tree of a source's text from `begin` on. Its root is null when there is no value at all.
// nullopt: at least one diagnostic was added, and nothing of the tree can be trusted.
[[nodiscard]] std::optional<Node> read_yaml(std::size_t source, std::size_t begin,
                                            Diagnostics& diagnostics);

}  // namespace votebench::scenario
