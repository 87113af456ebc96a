// Enumerators as words in a file. Throws inside the ledger; its public functions return Results.
#pragma once

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include "ledger/manifest.h"
#include "vote/evidence.h"
#include "vote/target_settings.h"

namespace votebench::ledger {

// In the order of the enumerators.
constexpr std::array<std::string_view, 3> names_of(IdentityMode) {
  return {"echoed", "sent", "none"};
}
constexpr std::array<std::string_view, 2> names_of(TableModel) { return {"last_wins", "append"}; }
constexpr std::array<std::string_view, 4> names_of(SettleProof) {
  return {"none", "complete", "empty_handed", "quiet"};
}
constexpr std::array<std::string_view, 4> names_of(StopCause) {
  return {"none", "interrupt", "terminate", "threshold"};
}
constexpr std::array<std::string_view, 4> names_of(EventKind) {
  return {"observed", "mark", "fault", "command"};
}
constexpr std::array<std::string_view, 2> names_of(ServerClock::Of) { return {"queue", "rows"}; }
constexpr std::array<std::string_view, 4> names_of(IdOrigin) {
  return {"own", "invalid_own", "other_run", "foreign"};
}

template <typename Enum>
std::string_view name_of(Enum value) {
  return names_of(value).at(static_cast<std::size_t>(value));
}

template <typename Enum>
Enum named(std::string_view name) {
  const auto names = names_of(Enum{});
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<Enum>(i);
  throw std::invalid_argument("unknown word '" + std::string(name) + "'");
}

}  // namespace votebench::ledger
