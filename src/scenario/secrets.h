// References to secrets: { env: NAME, optional: true } and { file: PATH, optional: true }.
#pragma once

#include <string>

#include "scenario/context.h"
#include "scenario/node.h"

namespace votebench::scenario {

// Looks the secret up and stores it as the node's value: empty when it is optional and absent.
// False: a diagnostic was added.
[[nodiscard]] bool read_secret(Node& node, const std::string& path, Context& context);

}  // namespace votebench::scenario
