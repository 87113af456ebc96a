// Checksums over the files of a run.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "ledger/manifest.h"

namespace votebench::ledger {

// 64 hexadecimal digits.
[[nodiscard]] std::string sha256(std::string_view bytes);

// Size and SHA-256 of every file of kSealedFiles and every segment that `run` holds.
[[nodiscard]] Result<std::vector<FileSeal>> seal_files(const std::filesystem::path& run);

// Makes those files and their names survive a crash of the host.
[[nodiscard]] Result<> sync_files(const std::filesystem::path& run);

// One line per file that is not as sealed; see RunDirectory::damage.
[[nodiscard]] std::vector<std::string> broken_seals(const std::filesystem::path& run,
                                                    const std::vector<FileSeal>& seals);

}  // namespace votebench::ledger
