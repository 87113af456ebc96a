#include "adapters/redis_list/redis_commands.h"

#include <algorithm>
#include <array>

namespace votebench::adapters {
namespace {

constexpr auto kCounted = std::to_array<std::string_view>(
    {"rpush",  "lpush",    "rpushx", "lpushx",  "linsert", "lpop",      "rpop",       "blpop",
     "brpop",  "lmpop",    "blmpop", "lmove",   "blmove",  "rpoplpush", "brpoplpush", "lrem",
     "ltrim",  "lset",     "xadd",   "zadd",    "eval",    "evalsha",   "fcall",      "exec",
     "rename", "renamenx", "swapdb", "restore", "copy"});

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool is_push(std::string_view command) {
  static constexpr auto kWords =
      std::to_array<std::string_view>({"rpush", "lpush", "rpushx", "lpushx"});
  return contains(kWords, command);
}

bool is_blocking_pop(std::string_view command) {
  static constexpr auto kWords =
      std::to_array<std::string_view>({"blpop", "brpop", "blmpop", "blmove", "brpoplpush"});
  return contains(kWords, command);
}

bool is_pop(std::string_view command) {
  static constexpr auto kWords =
      std::to_array<std::string_view>({"lpop", "rpop", "lmpop", "lmove", "rpoplpush"});
  return contains(kWords, command);
}

bool is_removal(std::string_view command) {
  static constexpr auto kWords = std::to_array<std::string_view>(
      {"lrem", "ltrim", "eval", "evalsha", "fcall", "exec", "rename", "renamenx", "swapdb"});
  return contains(kWords, command);
}

// What reads, and what is about the connection or the server alone. "null": nothing was asked.
bool is_read(std::string_view command) {
  static constexpr auto kWords = std::to_array<std::string_view>(
      {"null",       "acl",     "asking",     "auth",          "bgsave",       "bitcount",
       "client",     "cluster", "command",    "config",        "dbsize",       "dump",
       "echo",       "exists",  "expiretime", "get",           "getbit",       "getrange",
       "hello",      "hexists", "hget",       "hgetall",       "hkeys",        "hlen",
       "hmget",      "hscan",   "hstrlen",    "hvals",         "info",         "keys",
       "lastsave",   "latency", "lindex",     "llen",          "lolwut",       "lpos",
       "lrange",     "memory",  "mget",       "module",        "monitor",      "object",
       "ping",       "pttl",    "randomkey",  "readonly",      "role",         "save",
       "scan",       "scard",   "select",     "sismember",     "slowlog",      "smembers",
       "smismember", "sscan",   "strlen",     "subscribe",     "time",         "ttl",
       "type",       "unwatch", "xinfo",      "xlen",          "xrange",       "xrevrange",
       "zcard",      "zrange",  "zcount",     "zrangebyscore", "zscan",        "zscore",
       "psubscribe", "publish", "ssubscribe", "unsubscribe",   "punsubscribe", "discard",
       "watch",      "reset"});
  return contains(kWords, command);
}

}  // namespace

CommandKind kind_of_command(std::string_view command) {
  command = command.substr(0, command.find('|'));
  if (is_push(command)) return CommandKind::push;
  if (is_blocking_pop(command)) return CommandKind::blocking_pop;
  if (is_pop(command)) return CommandKind::pop;
  if (is_removal(command)) return CommandKind::removal;
  if (is_read(command)) return CommandKind::read;
  return contains(kCounted, command) ? CommandKind::hidden : CommandKind::other;
}

bool takes_bare(std::string_view command) {
  static constexpr auto kWords =
      std::to_array<std::string_view>({"lpop", "rpop", "lmpop", "blpop", "brpop", "blmpop", "ltrim",
                                       "rename", "renamenx", "swapdb"});
  return contains(kWords, command);
}

std::span<const std::string_view> counted_commands() { return kCounted; }

}  // namespace votebench::adapters
