// What Redis' commands may do with the elements of a list. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace votebench::adapters {

enum class CommandKind : std::uint8_t {
  push,          // puts elements into the list that it names; takes none
  blocking_pop,  // takes elements, and waits where there are none
  pop,           // takes elements
  removal,       // takes elements out otherwise, or hides what does: a script, EXEC
  hidden,        // puts in or takes out what its own counter does not tell: RENAME, XADD
  read,          // does neither
  other,         // none of these, or not known
};

// `command` in lower case, as CLIENT LIST has it; a subcommand ("client|list") is its command's.
[[nodiscard]] CommandKind kind_of_command(std::string_view command);

// Takes elements of a list and leaves them in no other, or under a name that is not the target's.
[[nodiscard]] bool takes_bare(std::string_view command);

// All that can put an element into a list or take one out: what a snapshot counts.
[[nodiscard]] std::span<const std::string_view> counted_commands();

}  // namespace votebench::adapters
