#include "adapters/redis/redis_server.h"

#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "adapters/clock_bracket.h"
#include "adapters/redis/redis_text.h"
#include "core/number.h"
#include "core/text.h"

namespace votebench::adapters {
namespace {

constexpr std::string_view kNoKey = "none";  // an empty queue

// "info" is called by every look: it falls with the others when they are reset, also where those
// have risen past their old values again.
void count_commands(std::string_view info, const CommandTable& commands, QueueSnapshot& snapshot) {
  const auto all = command_calls(info);
  const auto calls_of = [&](std::string_view command) {
    const auto found = all.find(command);
    return found == all.end() ? CommandCalls{} : found->second;
  };
  snapshot.resets = calls_of("config|resetstat").calls;
  snapshot.counters["info"] = calls_of("info").calls;
  for (const std::string_view command : commands.counted) {
    const CommandCalls calls = calls_of(command);
    snapshot.counters[std::string(command)] = calls.calls;
    if (commands.takes_bare(command)) snapshot.taken_bare += calls.calls;
    if (commands.kind_of(command) != CommandKind::push) continue;
    snapshot.counters[fmt::format("{} failed", command)] = calls.failed;
    snapshot.pushed += calls.calls - std::min(calls.failed, calls.calls);
  }
}

}  // namespace

// One INFO per section: several in one command are understood from Redis 7 on only.
std::vector<RedisCommand> RedisServer::look_commands() {
  std::vector<RedisCommand> commands;
  for (const char* section : {"server", "stats", "commandstats"})
    commands.push_back({"INFO", section});
  commands.push_back({"TIME"});
  return commands;
}

Result<QueueSnapshot> RedisServer::snapshot_of(const RedisAnswers& answers, std::size_t at) const {
  const std::string_view server = text_of(answers[at]);
  const std::string_view stats = text_of(answers[at + 1]);
  QueueSnapshot snapshot;
  snapshot.server_id = info_field(server, "run_id");
  snapshot.uptime_s = info_number(server, "uptime_in_seconds");
  snapshot.dropped = info_number(stats, "evicted_keys");
  count_commands(text_of(answers[at + 2]), commands_, snapshot);
  TRY_ASSIGN(snapshot.server_time, time_of(answers[at + 3]));
  return snapshot;
}

Result<WallTime> RedisServer::time_of(const redisReply& reply) const {
  if (const auto time = time_in(reply)) return *time;
  return fail(ErrorKind::environment,
              fmt::format("Redis at {} does not say what time it is", settings_.where()));
}

Result<std::vector<QueueClient>> RedisServer::clients() {
  TRY_ASSIGN(const RedisReply reply, connection_.ask_one({"CLIENT", "LIST"}));
  std::vector<QueueClient> clients = parse_client_list(text_of(*reply), commands_);
  std::erase_if(clients, [&](const QueueClient& client) {
    return client.id == connection_.own_id() || client.name == kRedisClientName;
  });
  return clients;
}

Result<QueueFacts> RedisServer::facts(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    TRY_ASSIGN(const RedisReply type_reply, connection_.ask_one({"TYPE", key}));
    const std::string_view type = text_of(*type_reply);
    if (type != words_.type && type != kNoKey)
      return fail(
          ErrorKind::environment,
          fmt::format("key '{}' in {} holds a {}, not a {}", printable(key), settings_.where(),
                      type, words_.type),
          fmt::format("check {} and the database number in {}.url{}", words_.key, settings_.kind,
                      type == "stream" ? "; a stream is described by the block redis_stream" : ""));
  }
  TRY_ASSIGN(const RedisReply info_reply, connection_.ask_one({"INFO"}));
  const std::string_view info = text_of(*info_reply);
  if (info_field(info, "role") == "slave")
    return fail(
        ErrorKind::environment,
        fmt::format("{} is a replica: its counters do not show the pushes", settings_.where()),
        fmt::format("point {}.url at the primary", settings_.kind));
  QueueFacts facts{std::string(info_field(info, "redis_version")), {}, client_timeout()};
  const std::string_view policy = info_field(info, "maxmemory_policy");
  if (info_number(info, "maxmemory") > 0 && policy != "noeviction")
    facts.warnings.push_back(
        fmt::format("redis may evict the whole {} (maxmemory-policy {})", words_.type, policy));
  return facts;
}

Result<ClockOffset> RedisServer::clock_offset(const Clock& clock) {
  return bracket_clock(clock, [&]() -> Result<WallTime> {
    TRY_ASSIGN(const RedisReply reply, connection_.ask_one({"TIME"}));
    return time_of(*reply);
  });
}

// Nothing where we may not ask.
std::optional<Nanoseconds> RedisServer::client_timeout() {
  const auto reply = connection_.ask({{"CONFIG", "GET", "timeout"}});
  if (!reply || is_error(*reply->front()) || reply->front()->elements != 2) return std::nullopt;
  const auto seconds = whole_number<std::uint32_t>(text_of(*reply->front()->element[1]));
  return seconds ? std::optional<Nanoseconds>(std::chrono::seconds(*seconds)) : std::nullopt;
}

// The most frequent first. Transactions are left out: our own are among them, and what they hold is
// counted by itself, as is what a script calls.
QueueUse use_between(const CommandTable& commands, const QueueSnapshot& before,
                     const QueueSnapshot& after) {
  std::vector<std::pair<std::uint64_t, std::string>> called;
  for (const std::string_view name : commands.counted) {
    const auto calls = [&](const QueueSnapshot& look) {
      const auto found = look.counters.find(std::string(name));
      return found == look.counters.end() ? 0 : found->second;
    };
    if (name != "exec" && calls(after) > calls(before))
      called.emplace_back(calls(after) - calls(before), name);
  }
  std::ranges::stable_sort(called, std::greater<>(), [](const auto& entry) { return entry.first; });
  QueueUse use;
  for (auto& [calls, name] : called) {
    const CommandKind kind = commands.kind_of(name);
    const bool takes = kind == CommandKind::pop || kind == CommandKind::blocking_pop;
    if (kind == CommandKind::settling) continue;
    (kind == CommandKind::push ? use.pushes
     : takes                   ? use.takes
                               : use.hidden)
        .push_back(std::move(name));
  }
  return use;
}

Result<HostPort> redis_address(const QueueSettings& settings, std::string_view block) {
  if (settings.path.empty()) return HostPort{settings.host, settings.port};
  return fail(ErrorKind::usage,
              fmt::format("a tunnel leads to a host and port, {}.url names a socket", block),
              "write redis://HOST:PORT/DB, as the tunnel's far side calls it");
}

}  // namespace votebench::adapters
