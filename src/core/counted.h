// Counts with their noun: "1 vote", "2,310 votes".
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "core/text.h"

namespace votebench {

// counted(2310, "vote is", "votes are") -> "2,310 votes are".
[[nodiscard]] inline std::string counted(std::uint64_t count, std::string_view one,
                                         std::string_view many) {
  return fmt::format("{} {}", format_count(count), count == 1 ? one : many);
}

// counted(2310, "vote") -> "2,310 votes".
[[nodiscard]] inline std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", format_count(count), noun, count == 1 ? "" : "s");
}

}  // namespace votebench
