// What Redis' commands may do with the votes of a queue. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

namespace votebench::adapters {

enum class CommandKind : std::uint8_t {
  push,          // puts elements into the key that it names; takes none
  blocking_pop,  // takes elements, and waits where there are none
  pop,           // takes elements
  removal,       // takes elements out otherwise, or hides what does: a script, EXEC
  settling,      // is done with elements that were taken, or throws some away
  hidden,        // puts in or takes out what its own counter does not tell: RENAME, COPY
  read,          // does neither
  other,         // none of these, or not known
};

// How a kind of queue uses them. Commands are in lower case, without a subcommand ("client|list").
struct CommandTable {
  CommandKind (*kind_of)(std::string_view command);
  // Takes elements and leaves them in no other key, or under a name that is not the target's.
  bool (*takes_bare)(std::string_view command);
  // All that can put an element in or take one out: what a snapshot counts.
  std::span<const std::string_view> counted;
};

// Neither puts elements into any key nor takes them out.
[[nodiscard]] bool only_reads(std::string_view command);

// Of those, what a program asks for that works with data: not about the connection or the server,
// and no look at a list, as a person or a monitor takes.
[[nodiscard]] bool reads_data(std::string_view command);

[[nodiscard]] inline bool is_among(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace votebench::adapters
