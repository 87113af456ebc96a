// Counters in Redis: a key each (INCR), or the fields of one hash (HINCRBY).
#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>

#include "adapters/clock_bracket.h"
#include "adapters/counters.h"
#include "adapters/redis/redis_connection.h"
#include "adapters/redis/redis_server.h"
#include "adapters/redis/redis_text.h"
#include "core/number.h"
#include "core/text.h"

namespace votebench::adapters {
namespace {

// What sets a key to something else than one more, or removes it. Scripts and transactions are
// counted by the commands that they call.
constexpr std::array<std::string_view, 28> kRewriting{
    "set",     "setex",   "psetex",   "setrange", "getset",   "mset",    "msetnx",
    "append",  "del",     "unlink",   "getdel",   "getex",    "decr",    "decrby",
    "hset",    "hmset",   "hdel",     "rename",   "renamenx", "move",    "copy",
    "restore", "flushdb", "flushall", "swapdb",   "expire",   "pexpire", "incrbyfloat"};

constexpr RedisWords kCounterWords{"string", "counters.redis.keys", "+mget +hmget"};

class RedisCounters final : public CounterSource {
 public:
  explicit RedisCounters(const RowSettings& settings)
      : settings_(settings), server_(server_of(settings)), connection_(server_, kCounterWords) {
    for (const auto& [choice, key] : settings.stored_choices) names_.push_back(key);
  }

  Result<> open() { return connection_.open(); }

  // One MULTI; MGET or HMGET; INFO; EXEC.
  Result<CounterReading> read() override {
    RedisCommand get = hash().empty() ? RedisCommand{"MGET"} : RedisCommand{"HMGET", hash()};
    get.insert(get.end(), names_.begin(), names_.end());
    TRY_ASSIGN(const RedisAnswers answers,
               connection_.ask_at_once({get, {"INFO", "commandstats"}}));
    const redisReply& values = answers[0];
    if (values.elements != names_.size())
      return fail(ErrorKind::environment, server_.where() + " answered with other counters");
    CounterReading reading;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      TRY_ASSIGN(reading.counts[names_[i]], value_of(*values.element[i], names_[i]));
    }
    reading.rewrites = rewrites_in(text_of(answers[1]));
    return reading;
  }

  Result<StoreFacts> facts() override {
    TRY_ASSIGN(const RedisReply reply, connection_.ask_one({"INFO"}));
    const std::string_view info = text_of(*reply);
    StoreFacts facts;
    facts.version = info_field(info, "redis_version");
    facts.is_replica = info_field(info, "role") == "slave";
    facts.replica_kind = fmt::format("{} is a replica", server_.where());
    return facts;
  }

  // A counter that nobody has raised yet need not exist. MGET tells no wrong type: it is asked for.
  Result<TableFacts> table() override {
    const auto check = [this](const std::string& key, std::string_view wanted) -> Result<> {
      TRY_ASSIGN(const RedisReply reply, connection_.ask_one({"TYPE", key}));
      const std::string_view type = text_of(*reply);
      if (type == wanted || type == "none") return {};
      return fail(ErrorKind::environment,
                  fmt::format("key '{}' in {} holds a {}, not a {}", printable(key),
                              server_.where(), type, wanted == "hash" ? "hash" : "counter"),
                  "check counters.redis: its keys or its hash, and the database number in its url");
    };
    if (!hash().empty()) TRY(check(hash(), "hash"));
    if (hash().empty())
      for (const std::string& key : names_) TRY(check(key, "string"));
    TRY(read());
    return all_there();
  }

  // Another server is another store: nothing that it holds is known by anything else.
  Result<StoreIdentity> identity() override {
    TRY_ASSIGN(const RedisReply reply, connection_.ask_one({"INFO", "server"}));
    return StoreIdentity{server_.where(), std::string(info_field(text_of(*reply), "run_id"))};
  }

  // A counter is raised at once or not at all.
  Result<StoreActivity> activity() override { return StoreActivity{}; }

  Result<ClockOffset> clock_offset(const Clock& clock) override {
    return bracket_clock(clock, [&]() -> Result<WallTime> {
      TRY_ASSIGN(const RedisReply reply, connection_.ask_one({"TIME"}));
      if (const auto time = time_in(*reply)) return *time;
      return fail(ErrorKind::environment, server_.where() + " does not say what time it is");
    });
  }

 private:
  static QueueSettings server_of(const RowSettings& settings) {
    QueueSettings server = settings.counters->server;
    server.password = settings.password;
    server.tunnel_end = settings.tunnel_end;
    return server;
  }

  [[nodiscard]] const std::string& hash() const { return settings_.counters->hash; }

  [[nodiscard]] Result<std::uint64_t> value_of(const redisReply& reply,
                                               const std::string& name) const {
    if (reply.type == REDIS_REPLY_NIL) return std::uint64_t{0};
    if (const auto number = whole_number<std::uint64_t>(text_of(reply))) return *number;
    return fail(
        ErrorKind::environment,
        fmt::format("{} '{}' in {} holds '{}', which is no count", hash().empty() ? "key" : "field",
                    printable(name), server_.where(), printable(text_of(reply), 40)),
        "check counters.redis.keys");
  }

  static std::uint64_t rewrites_in(std::string_view info) {
    std::uint64_t rewrites = 0;
    for (const auto& [command, calls] : command_calls(info))
      if (std::ranges::find(kRewriting, command) != kRewriting.end())
        rewrites += calls.calls - std::min(calls.calls, calls.failed);
    return rewrites;
  }

  RowSettings settings_;
  QueueSettings server_;
  RedisConnection connection_;
  std::vector<std::string> names_;  // keys, or fields
};

Result<std::unique_ptr<CounterSource>> open_redis_counters(const RowSettings& settings) {
  auto source = std::make_unique<RedisCounters>(settings);
  TRY(source->open());
  return std::unique_ptr<CounterSource>(std::move(source));
}

Result<HostPort> counters_address(const RowSettings& settings) {
  return redis_address(settings.counters->server, "counters.redis");
}

}  // namespace

extern const CounterKind kRedisCounters;
const CounterKind kRedisCounters{"redis", "Redis", open_redis_counters, counters_address};

}  // namespace votebench::adapters
