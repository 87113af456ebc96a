// One vote on its way through the stack, and its form in the queue.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace votebench::votestack {

struct Ballot {
  std::string voter;
  std::string choice;
  friend bool operator==(const Ballot&, const Ballot&) = default;
};

// So many votes are spared whatever goes wrong on purpose: they are probes, as a rule.
inline constexpr std::uint64_t kSpared = 40;

// {"voter_id": "6e2df0fa632cf7a", "vote": "a"}: byte for byte what Python's json.dumps makes of it
// (ASCII escapes; bytes that are not UTF-8 become U+FFFD).
[[nodiscard]] std::string to_element(const Ballot& ballot);

// Nothing unless `element` is a JSON object in which both keys are strings.
[[nodiscard]] std::optional<Ballot> parse_element(std::string_view element);

// `text` as a JSON string literal with ASCII escapes, quotes included.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace votebench::votestack
