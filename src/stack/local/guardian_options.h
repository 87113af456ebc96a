// LocalStackOptions on the guardian's command line, and back.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "stack/local/local_stack.h"

namespace votebench::stack {

// "name=local", "variant=reference", ...; keys with an empty value are left out.
[[nodiscard]] std::vector<std::string> to_arguments(const LocalStackOptions& options);

// Error (internal): not what to_arguments makes.
[[nodiscard]] Result<LocalStackOptions> from_arguments(std::span<const std::string> arguments);

}  // namespace votebench::stack
