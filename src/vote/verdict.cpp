#include "vote/verdict.h"

#include <fmt/format.h>

namespace votebench {
namespace {

template <std::size_t N, typename Enum>
std::string_view name_of(const std::array<std::string_view, N>& names, Enum value) {
  const auto at = static_cast<std::size_t>(value);
  return at < N ? names[at] : "?";
}

}  // namespace

std::string_view to_string(VerdictKind kind) {
  static constexpr std::array<std::string_view, 4> kNames{"pass", "inconclusive", "fail", "broken"};
  return name_of(kNames, kind);
}

std::string_view to_string(VoteClass vote_class) {
  static constexpr std::array<std::string_view, 15> kNames{
      "persisted",        "superseded", "lost",       "stale",
      "flipped",          "duplicated", "phantom",    "recovered",
      "absent_ambiguous", "pending",    "queued",     "in_flight",
      "contradiction",    "gone_since", "not_counted"};
  return name_of(kNames, vote_class);
}

std::string_view to_string(Hop hop) {
  static constexpr std::array<std::string_view, 5> kNames{"vote", "queue", "worker", "db",
                                                          "unknown"};
  return name_of(kNames, hop);
}

std::string_view to_string(Outcome outcome) {
  static constexpr std::array<std::string_view, 5> kNames{"none", "not_sent", "rejected", "acked",
                                                          "ambiguous"};
  return name_of(kNames, outcome);
}

std::string to_string(HopRange range) {
  if (range.first == range.last) return std::string(to_string(range.first));
  const bool neighbours = static_cast<int>(range.first) + 1 == static_cast<int>(range.last);
  return fmt::format("{}-{}-{}", to_string(range.first), neighbours ? "or" : "to",
                     to_string(range.last));
}

}  // namespace votebench
