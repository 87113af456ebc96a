// What a verdict stands on, said for people: what was measured, what was looked at, and what is
// taken for granted because nothing of it can be seen.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace votebench {

struct Ground {
  enum class Kind : std::uint8_t { measured, looked_at, assumed };
  Kind kind = Kind::assumed;
  std::string what;  // a word or two, the same in every run: "table", "workers"; no colon
  std::string text;  // a clause: "one row per voter: 3 probe voters voted twice"
  friend bool operator==(const Ground&, const Ground&) = default;
};
constexpr std::array<std::string_view, 3> names_of(Ground::Kind) {
  return {"measured", "looked_at", "assumed"};
}

using Grounds = std::vector<Ground>;

// "KIND WHAT: TEXT", as a record keeps them, and back. What is no such line is assumed, as it is.
[[nodiscard]] std::vector<std::string> lines_of(const Grounds& grounds);
[[nodiscard]] Grounds grounds_of(const std::vector<std::string>& lines);

}  // namespace votebench
