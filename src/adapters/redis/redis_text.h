// What Redis says in text, as values: INFO, CLIENT LIST, and the vote service's payloads. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/queue.h"
#include "adapters/redis/redis_commands.h"
#include "vote/evidence.h"

namespace votebench::adapters {

// The value of `field` in the text of INFO ("run_id:abc\r\n" -> "abc"); empty when absent.
[[nodiscard]] std::string_view info_field(std::string_view info, std::string_view field);
// As a number; 0 when absent or no number.
[[nodiscard]] std::uint64_t info_number(std::string_view info, std::string_view field);

struct CommandCalls {
  std::uint64_t calls = 0;
  std::uint64_t failed = 0;  // of these; refused ones (rejected_calls) are not in calls
};
// "cmdstat_rpush:calls=3,usec=9,...,failed_calls=1", by "rpush": of every command that was called.
[[nodiscard]] std::map<std::string_view, CommandCalls> command_calls(std::string_view info);

// Every line of CLIENT LIST; what a client's last command says of it, the table knows.
[[nodiscard]] std::vector<QueueClient> parse_client_list(std::string_view text,
                                                         const CommandTable& commands);

// Whose vote a payload of the known form is: a JSON object with the texts "voter_id" and "vote".
[[nodiscard]] std::optional<std::string> voter_of_payload(std::string_view payload);

// What one element holds, into `list`. `texts`: its parts; ids are searched in each. `voter`: whose
// vote it says to be, where it has the known form.
void note_element(std::span<const std::string_view> texts, std::optional<std::string> voter,
                  const VoterIds& ids, QueueList& list);

}  // namespace votebench::adapters
