#include "adapters/redis/redis_commands.h"

#include <array>

namespace votebench::adapters {

// What reads, and what is about the connection or the server alone. "null": nothing was asked.
bool only_reads(std::string_view command) {
  static constexpr auto kWords = std::to_array<std::string_view>(
      {"null",       "acl",        "asking",     "auth",       "bgsave",        "bitcount",
       "client",     "cluster",    "command",    "config",     "dbsize",        "dump",
       "echo",       "exists",     "expiretime", "get",        "getbit",        "getrange",
       "hello",      "hexists",    "hget",       "hgetall",    "hkeys",         "hlen",
       "hmget",      "hscan",      "hstrlen",    "hvals",      "info",          "keys",
       "lastsave",   "latency",    "lindex",     "llen",       "lolwut",        "lpos",
       "lrange",     "memory",     "mget",       "module",     "monitor",       "object",
       "ping",       "pttl",       "randomkey",  "readonly",   "role",          "save",
       "scan",       "scard",      "select",     "sismember",  "slowlog",       "smembers",
       "smismember", "sscan",      "strlen",     "subscribe",  "time",          "ttl",
       "type",       "unwatch",    "xinfo",      "xlen",       "xrange",        "xrevrange",
       "xpending",   "zcard",      "zrange",     "zcount",     "zrangebyscore", "zscan",
       "zscore",     "psubscribe", "publish",    "ssubscribe", "unsubscribe",   "punsubscribe",
       "discard",    "watch",      "reset"});
  return is_among(kWords, command);
}

bool reads_data(std::string_view command) {
  static constexpr auto kWords = std::to_array<std::string_view>(
      {"bitcount", "exists",     "get",    "getbit",        "getrange", "hexists",
       "hget",     "hgetall",    "hkeys",  "hlen",          "hmget",    "hscan",
       "hstrlen",  "hvals",      "mget",   "publish",       "scard",    "sismember",
       "smembers", "smismember", "sscan",  "strlen",        "ttl",      "pttl",
       "zcard",    "zcount",     "zrange", "zrangebyscore", "zscan",    "zscore"});
  return is_among(kWords, command);
}

}  // namespace votebench::adapters
