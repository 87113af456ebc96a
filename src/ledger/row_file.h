// The run's own rows in a binary file that knows when it was damaged. Format: row_file.cpp.
#pragma once

#include <filesystem>
#include <vector>

#include "core/result.h"
#include "vote/evidence.h"

namespace votebench::ledger {

[[nodiscard]] Result<> write_rows(const std::filesystem::path& file,
                                  const std::vector<OwnRow>& rows);
[[nodiscard]] Result<std::vector<OwnRow>> read_rows(const std::filesystem::path& file);

}  // namespace votebench::ledger
