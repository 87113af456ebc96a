// Enumerators as words, the same in every file and on every page. An enum of this folder has one
// table, which stands where the enum does, in the order of its enumerators:
//   constexpr std::array<std::string_view, 2> names_of(TableModel) { return {"last_wins", ...}; }
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>

namespace votebench {

template <typename Enum>
concept Named = std::is_enum_v<Enum> && requires {
  names_of(Enum{});
};

// "?" for what is none of them (a damaged file's byte).
template <Named Enum>
[[nodiscard]] constexpr std::string_view to_string(Enum value) {
  const auto names = names_of(value);
  const auto at = static_cast<std::size_t>(value);
  return at < names.size() ? names[at] : "?";
}

// Nothing for a word that names none of them.
template <Named Enum>
[[nodiscard]] constexpr std::optional<Enum> enumerator(std::string_view name) {
  const auto names = names_of(Enum{});
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace votebench
