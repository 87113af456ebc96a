#include "adapters/redis_list/list_commands.h"

#include <array>

namespace votebench::adapters {
namespace {

constexpr auto kCounted = std::to_array<std::string_view>(
    {"rpush",  "lpush",    "rpushx", "lpushx",  "linsert", "lpop",      "rpop",       "blpop",
     "brpop",  "lmpop",    "blmpop", "lmove",   "blmove",  "rpoplpush", "brpoplpush", "lrem",
     "ltrim",  "lset",     "xadd",   "zadd",    "eval",    "evalsha",   "fcall",      "exec",
     "rename", "renamenx", "swapdb", "restore", "copy"});

bool is_push(std::string_view command) {
  static constexpr auto kWords =
      std::to_array<std::string_view>({"rpush", "lpush", "rpushx", "lpushx"});
  return is_among(kWords, command);
}

bool is_blocking_pop(std::string_view command) {
  static constexpr auto kWords =
      std::to_array<std::string_view>({"blpop", "brpop", "blmpop", "blmove", "brpoplpush"});
  return is_among(kWords, command);
}

bool is_pop(std::string_view command) {
  static constexpr auto kWords =
      std::to_array<std::string_view>({"lpop", "rpop", "lmpop", "lmove", "rpoplpush"});
  return is_among(kWords, command);
}

bool is_removal(std::string_view command) {
  static constexpr auto kWords = std::to_array<std::string_view>(
      {"lrem", "ltrim", "eval", "evalsha", "fcall", "exec", "rename", "renamenx", "swapdb"});
  return is_among(kWords, command);
}

CommandKind kind_of_list_command(std::string_view command) {
  if (is_push(command)) return CommandKind::push;
  if (is_blocking_pop(command)) return CommandKind::blocking_pop;
  if (is_pop(command)) return CommandKind::pop;
  if (is_removal(command)) return CommandKind::removal;
  if (only_reads(command)) return CommandKind::read;
  return is_among(kCounted, command) ? CommandKind::hidden : CommandKind::other;
}

bool takes_bare_from_list(std::string_view command) {
  static constexpr auto kWords =
      std::to_array<std::string_view>({"lpop", "rpop", "lmpop", "blpop", "brpop", "blmpop", "ltrim",
                                       "rename", "renamenx", "swapdb"});
  return is_among(kWords, command);
}

}  // namespace

const CommandTable& list_commands() {
  static constexpr CommandTable kTable{kind_of_list_command, takes_bare_from_list, kCounted};
  return kTable;
}

}  // namespace votebench::adapters
