// `--target FILE`.
#pragma once

#include <string>

#include "core/result.h"
#include "vote/target_settings.h"

namespace votebench::cli {

// With its secrets, from this process' environment and files. Errors: usage.
[[nodiscard]] Result<TargetSettings> read_target_file(const std::string& path);

}  // namespace votebench::cli
