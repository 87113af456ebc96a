// What is checked of a text before any YAML is read from it.
#pragma once

#include <cstddef>

#include "scenario/diagnostic.h"

namespace votebench::scenario {

// Size, encoding, control characters, tabs that indent, directives; from `begin` on.
// False: at least one diagnostic was added.
[[nodiscard]] bool check_text(std::size_t source, std::size_t begin, Diagnostics& diagnostics);

}  // namespace votebench::scenario
