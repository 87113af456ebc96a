// Options that mean something for some kinds of stacks only.
#pragma once

#include <CLI/CLI.hpp>
#include <string_view>

#include "core/result.h"

namespace votebench::cli {

// Error (usage): an option was given to `command` that a stack of this kind would ignore, or there
// is no such kind. Options that the command does not have are fine.
[[nodiscard]] Result<> check_kind(const CLI::App& command, std::string_view kind);

}  // namespace votebench::cli
