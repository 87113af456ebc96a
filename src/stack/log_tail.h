// The end of a log file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace votebench::stack {

// The last `lines` lines written after the first `skip` bytes, each made safe for a terminal. At
// most the last 256 KiB are looked at. Empty when there is no such file.
[[nodiscard]] std::vector<std::string> log_tail(const std::filesystem::path& log, std::size_t lines,
                                                std::uintmax_t skip = 0);

}  // namespace votebench::stack
