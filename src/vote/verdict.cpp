#include "vote/verdict.h"

#include <fmt/format.h>

namespace votebench {
std::string to_string(HopRange range) {
  if (range.first == range.last) return std::string(to_string(range.first));
  const bool neighbours = static_cast<int>(range.first) + 1 == static_cast<int>(range.last);
  return fmt::format("{}-{}-{}", to_string(range.first), neighbours ? "or" : "to",
                     to_string(range.last));
}

}  // namespace votebench
