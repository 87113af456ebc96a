#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "adapters/clock_bracket.h"
#include "adapters/queue.h"
#include "adapters/redis_list/redis_commands.h"
#include "adapters/redis_list/redis_connection.h"
#include "adapters/redis_list/redis_elsewhere.h"
#include "adapters/redis_list/redis_text.h"
#include "core/check.h"
#include "core/number.h"
#include "core/text.h"
#include "vote/id_search.h"

namespace votebench::adapters {
namespace {

constexpr std::string_view kRightType = "list";
constexpr std::string_view kNoKey = "none";  // an empty list

// The two texts of TIME: seconds and microseconds.
Result<WallTime> time_of(const redisReply& reply, const QueueSettings& settings) {
  if (reply.type == REDIS_REPLY_ARRAY && reply.elements == 2) {
    const auto second = whole_number<std::int64_t>(text_of(*reply.element[0]));
    const auto microsecond = whole_number<std::int64_t>(text_of(*reply.element[1]));
    if (second && microsecond)
      return WallTime(std::chrono::seconds(*second) + std::chrono::microseconds(*microsecond));
  }
  return fail(ErrorKind::environment,
              fmt::format("Redis at {} does not say what time it is", settings.where()));
}

// Somebody else's is what bears another voter's id in the known form, or an id of another run. An
// id of this run that was damaged may still be ours.
void note_element(std::string_view bytes, const VoterIds& ids, QueueList& list) {
  const IdsFound found = find_ids(bytes, ids);
  ++list.read;
  list.own.insert(list.own.end(), found.own.begin(), found.own.end());
  if (!found.own.empty()) return;
  auto voter = voter_of_payload(bytes);
  const bool known = voter && ids.check(*voter).origin != IdOrigin::invalid_own;
  ++(known || found.other_run ? list.strangers : list.unclear);
  if (known) list.others.push_back(*std::move(voter));
}

QueueList list_of(const redisReply& range, std::uint64_t length, const VoterIds& ids) {
  QueueList list;
  list.length = length;
  for (std::size_t i = 0; i < range.elements; ++i)
    note_element(text_of(*range.element[i]), ids, list);
  return list;
}

// "info" is called by every look: it falls with the others when they are reset, also where those
// have risen past their old values again.
void count_commands(std::string_view info, QueueSnapshot& snapshot) {
  const auto all = command_calls(info);
  const auto calls_of = [&](std::string_view command) {
    const auto found = all.find(command);
    return found == all.end() ? CommandCalls{} : found->second;
  };
  snapshot.resets = calls_of("config|resetstat").calls;
  snapshot.counters["info"] = calls_of("info").calls;
  for (const std::string_view command : counted_commands()) {
    const CommandCalls calls = calls_of(command);
    snapshot.counters[std::string(command)] = calls.calls;
    if (takes_bare(command)) snapshot.taken_bare += calls.calls;
    if (kind_of_command(command) != CommandKind::push) continue;
    snapshot.counters[fmt::format("{} failed", command)] = calls.failed;
    snapshot.pushed += calls.calls - std::min(calls.failed, calls.calls);
  }
}

RedisCommand range_command(const std::string& list, std::uint64_t limit) {
  CHECK_THAT_HOLDS(limit > 0);
  return {"LRANGE", list, "0", std::to_string(limit - 1)};
}

class RedisProbe final : public QueueProbe {
 public:
  explicit RedisProbe(const QueueSettings& settings) : settings_(settings), connection_(settings) {
    names_.push_back(settings.list);
    names_.insert(names_.end(), settings.in_flight.begin(), settings.in_flight.end());
  }

  Result<> open() { return connection_.open(); }

  // One MULTI; LLEN...; INFO; TIME; EXEC: about 0.1 ms on loopback.
  Result<QueueSnapshot> snapshot() override {
    TRY_ASSIGN(const RedisAnswers answers, connection_.ask_at_once(snapshot_commands()));
    return snapshot_of(answers);
  }

  Result<QueueContents> contents(const VoterIds& ids, std::uint64_t limit) override {
    std::vector<RedisCommand> commands = snapshot_commands();
    const std::size_t ranges_at = commands.size();
    for (const std::string& name : names_) commands.push_back(range_command(name, limit));
    TRY_ASSIGN(const RedisAnswers answers, connection_.ask_at_once(commands));
    QueueContents contents;
    TRY_ASSIGN(contents.snapshot, snapshot_of(answers));
    for (std::size_t i = 0; i < names_.size(); ++i) {
      QueueList list = list_of(answers[ranges_at + i], number_of(answers[i]), ids);
      if (i == 0)
        contents.list = std::move(list);
      else
        contents.in_flight.push_back(std::move(list));
    }
    return contents;
  }

  Result<std::vector<QueueClient>> clients() override {
    TRY_ASSIGN(const RedisReply reply, connection_.ask_one({"CLIENT", "LIST"}));
    std::vector<QueueClient> clients = parse_client_list(text_of(*reply));
    std::erase_if(clients, [&](const QueueClient& client) {
      return client.id == connection_.own_id() || client.name == kRedisClientName;
    });
    return clients;
  }

  Result<QueueFacts> facts() override {
    TRY_ASSIGN(const RedisReply type_reply, connection_.ask_one({"TYPE", settings_.list}));
    TRY_ASSIGN(const RedisReply info_reply, connection_.ask_one({"INFO"}));
    const std::string_view type = text_of(*type_reply);
    const std::string_view info = text_of(*info_reply);
    if (type != kRightType && type != kNoKey)
      return fail(ErrorKind::environment,
                  fmt::format("key '{}' in {} holds a {}, not a list", printable(settings_.list),
                              settings_.where(), type),
                  "check redis.list and the database number in redis.url");
    if (info_field(info, "role") == "slave")
      return fail(
          ErrorKind::environment,
          fmt::format("{} is a replica: its counters do not show the pushes", settings_.where()),
          "point redis.url at the primary");
    QueueFacts facts{std::string(info_field(info, "redis_version")), {}, client_timeout()};
    const std::string_view policy = info_field(info, "maxmemory_policy");
    if (info_number(info, "maxmemory") > 0 && policy != "noeviction")
      facts.warnings.push_back(
          fmt::format("redis may evict the whole list (maxmemory-policy {})", policy));
    return facts;
  }

  Result<std::uint64_t> count_own(const VoterIds& ids) override {
    TRY_ASSIGN(const std::vector<RedisCommand> removals, removals_of(ids));
    return removals.size();
  }

  Result<Elsewhere> find_elsewhere(const VoterIds& ids, const ElsewhereLimits& limits) override {
    return find_in_other_keys(settings_, ids, limits);
  }

  Result<std::uint64_t> remove_own(const VoterIds& ids) override {
    TRY_ASSIGN(const std::vector<RedisCommand> removals, removals_of(ids));
    std::uint64_t removed = 0;
    for (const RedisCommand& command : removals) {
      TRY_ASSIGN(const RedisReply reply, connection_.ask_one(command));
      removed += number_of(*reply);
    }
    return removed;
  }

  Result<ClockOffset> clock_offset(const Clock& clock) override {
    return bracket_clock(clock, [&]() -> Result<WallTime> {
      TRY_ASSIGN(const RedisReply reply, connection_.ask_one({"TIME"}));
      return time_of(*reply, settings_);
    });
  }

 private:
  // Nothing where we may not ask.
  std::optional<Nanoseconds> client_timeout() {
    const auto reply = connection_.ask({{"CONFIG", "GET", "timeout"}});
    if (!reply || is_error(*reply->front()) || reply->front()->elements != 2) return std::nullopt;
    const auto seconds = whole_number<std::uint32_t>(text_of(*reply->front()->element[1]));
    return seconds ? std::optional<Nanoseconds>(std::chrono::seconds(*seconds)) : std::nullopt;
  }

  // One LREM per element of this run, of the very bytes that stand in the list.
  Result<std::vector<RedisCommand>> removals_of(const VoterIds& ids) {
    std::vector<RedisCommand> removals;
    for (const std::string& name : names_) {
      TRY_ASSIGN(const RedisReply range, connection_.ask_one({"LRANGE", name, "0", "-1"}));
      for (std::size_t i = 0; i < range->elements; ++i) {
        const std::string_view payload = text_of(*range->element[i]);
        if (!find_ids(payload, ids).own.empty())
          removals.push_back({"LREM", name, "1", std::string(payload)});
      }
    }
    return removals;
  }

  // One INFO per section: several in one command are understood from Redis 7 on only.
  [[nodiscard]] std::vector<RedisCommand> snapshot_commands() const {
    std::vector<RedisCommand> commands;
    for (const std::string& name : names_) commands.push_back({"LLEN", name});
    for (const char* section : {"server", "stats", "commandstats"})
      commands.push_back({"INFO", section});
    commands.push_back({"TIME"});
    return commands;
  }

  Result<QueueSnapshot> snapshot_of(const RedisAnswers& answers) const {
    const std::size_t lists = names_.size();
    const std::string_view server = text_of(answers[lists]);
    const std::string_view stats = text_of(answers[lists + 1]);
    QueueSnapshot snapshot;
    snapshot.server_id = info_field(server, "run_id");
    snapshot.uptime_s = info_number(server, "uptime_in_seconds");
    snapshot.dropped = info_number(stats, "evicted_keys");
    count_commands(text_of(answers[lists + 2]), snapshot);
    TRY_ASSIGN(snapshot.server_time, time_of(answers[lists + 3], settings_));
    snapshot.depth = number_of(answers[0]);
    for (std::size_t i = 1; i < lists; ++i)
      snapshot.in_flight_depths.push_back(number_of(answers[i]));
    return snapshot;
  }

  QueueSettings settings_;
  RedisConnection connection_;
  std::vector<std::string> names_;  // the main list, then the side lists
};

// What was called between the looks, the most frequent first. Transactions are left out: our own
// are among them, and what they hold is counted by itself, as is what a script calls.
QueueUse use_between(const QueueSnapshot& before, const QueueSnapshot& after) {
  std::vector<std::pair<std::uint64_t, std::string>> called;
  for (const std::string_view name : counted_commands()) {
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
    const CommandKind kind = kind_of_command(name);
    const bool takes = kind == CommandKind::pop || kind == CommandKind::blocking_pop;
    (kind == CommandKind::push ? use.pushes
     : takes                   ? use.takes
                               : use.hidden)
        .push_back(std::move(name));
  }
  return use;
}

Result<std::unique_ptr<QueueProbe>> open_redis_list(const QueueSettings& settings) {
  auto probe = std::make_unique<RedisProbe>(settings);
  TRY(probe->open());
  return std::unique_ptr<QueueProbe>(std::move(probe));
}

Result<HostPort> redis_address(const QueueSettings& settings) {
  if (settings.path.empty()) return HostPort{settings.host, settings.port};
  return fail(ErrorKind::usage, "a tunnel leads to a host and port, redis.url names a socket",
              "write redis://HOST:PORT/DB, as the tunnel's far side calls it");
}

}  // namespace

extern const QueueKind kRedisList;
const QueueKind kRedisList{"redis", "Redis", open_redis_list, use_between, redis_address};

}  // namespace votebench::adapters
