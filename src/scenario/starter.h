// The commented scenario that `votebench init` writes. It is valid as it stands.
#pragma once

#include <string>
#include <string_view>

namespace votebench::scenario {

// `name` as in the table of keys: letters, digits, '_', '-', '.'.
[[nodiscard]] std::string starter_scenario(std::string_view name);

}  // namespace votebench::scenario
