#include "adapters/redis_stream/stream_commands.h"

#include <array>

namespace votebench::adapters::redis_stream {
namespace {

constexpr auto kCounted = std::to_array<std::string_view>(
    {"xadd", "xreadgroup", "xread", "xack", "xackdel", "xclaim", "xautoclaim", "xdel", "xdelex",
     "xtrim", "eval", "evalsha", "fcall", "exec", "rename", "renamenx", "swapdb", "restore",
     "copy"});

CommandKind kind_in_group(std::string_view command) {
  static constexpr auto kPops = std::to_array<std::string_view>({"xclaim", "xautoclaim"});
  static constexpr auto kSettling = std::to_array<std::string_view>(
      {"xack", "xackdel", "xdel", "xdelex", "xtrim", "xgroup", "xsetid"});
  static constexpr auto kRemovals = std::to_array<std::string_view>(
      {"eval", "evalsha", "fcall", "exec", "rename", "renamenx", "swapdb"});
  if (command == "xadd") return CommandKind::push;
  if (command == "xreadgroup") return CommandKind::blocking_pop;
  if (is_among(kPops, command)) return CommandKind::pop;
  if (is_among(kSettling, command)) return CommandKind::settling;
  if (is_among(kRemovals, command)) return CommandKind::removal;
  if (command == "xread" || only_reads(command)) return CommandKind::read;
  return is_among(kCounted, command) ? CommandKind::hidden : CommandKind::other;
}

CommandKind kind_without_group(std::string_view command) {
  return command == "xread" ? CommandKind::blocking_pop : kind_in_group(command);
}

// What is taken is seen by what the group was handed and has pending.
bool takes_bare(std::string_view /*command*/) { return false; }

}  // namespace

const CommandTable& stream_commands(bool grouped) {
  static constexpr CommandTable kGrouped{kind_in_group, takes_bare, kCounted};
  static constexpr CommandTable kPlain{kind_without_group, takes_bare, kCounted};
  return grouped ? kGrouped : kPlain;
}

}  // namespace votebench::adapters::redis_stream
