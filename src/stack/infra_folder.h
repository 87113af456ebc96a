// Where this repository's folder infra/ is.
#pragma once

#include <filesystem>
#include <string>

#include "core/result.h"

namespace votebench::stack {

// `given`, or else the folder infra where somebody stands, or above the program (build/release):
// the first that has `file`. Error (environment): none has.
[[nodiscard]] Result<std::filesystem::path> find_infra(const std::filesystem::path& given,
                                                       const std::string& file);

}  // namespace votebench::stack
