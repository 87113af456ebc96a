// Files of a fixed size that are mapped and shared with the kernel: what is stored there outlives
// this process without any system call.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>

#include "core/result.h"

namespace votebench::ledger {

// DIRECTORY/NNNNN.seg, five decimal digits.
[[nodiscard]] std::filesystem::path segment_file(const std::filesystem::path& directory,
                                                 std::size_t segment);
// The numbers of those that are in the directory.
[[nodiscard]] Result<std::set<std::size_t>> segments_in(const std::filesystem::path& directory);

// A new one of `bytes` zeros, all of its space allocated. It gets its name only when all of it is
// there: one that is found short has been damaged.
[[nodiscard]] Result<void*> make_segment(const std::filesystem::path& file, std::size_t bytes);
// Of a stored run. Private: what is written to it stays in memory.
[[nodiscard]] Result<void*> map_segment(const std::filesystem::path& file, std::size_t bytes);

[[nodiscard]] Failure segment_failure(std::string_view action, const std::filesystem::path& file,
                                      int error);

}  // namespace votebench::ledger
