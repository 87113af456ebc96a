// Which folder infra/ a stack is made from.
#pragma once

#include <filesystem>
#include <string>

#include "core/result.h"

namespace votebench::stack {

// `given`, or else the folder infra where somebody stands, or the one that came with the program:
// the first that has `file`. Error (environment): none has.
[[nodiscard]] Result<std::filesystem::path> find_infra(const std::filesystem::path& given,
                                                       const std::string& file);

}  // namespace votebench::stack
