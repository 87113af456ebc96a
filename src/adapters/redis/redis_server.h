// One Redis, as every kind of queue on it sees it: its counters, who is connected, its clock.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "adapters/queue.h"
#include "adapters/redis/redis_commands.h"
#include "adapters/redis/redis_connection.h"

namespace votebench::adapters {

// Not thread-safe. Errors as QueueProbe's.
class RedisServer {
 public:
  RedisServer(const QueueSettings& settings, const RedisWords& words, const CommandTable& commands)
      : settings_(settings), words_(words), commands_(commands), connection_(settings, words) {}

  [[nodiscard]] RedisConnection& connection() { return connection_; }
  [[nodiscard]] Result<> accept(const redisReply& reply) const { return connection_.accept(reply); }

  // What a look asks of the server itself, and what the replies from `at` on say of it.
  [[nodiscard]] static std::vector<RedisCommand> look_commands();
  [[nodiscard]] Result<QueueSnapshot> snapshot_of(const RedisAnswers& answers,
                                                  std::size_t at) const;

  [[nodiscard]] Result<std::vector<QueueClient>> clients();
  // Error: one of `keys` is there and of another type, or the server is a replica.
  [[nodiscard]] Result<QueueFacts> facts(const std::vector<std::string>& keys);
  [[nodiscard]] Result<ClockOffset> clock_offset(const Clock& clock);

 private:
  [[nodiscard]] Result<WallTime> time_of(const redisReply& reply) const;
  [[nodiscard]] std::optional<Nanoseconds> client_timeout();

  QueueSettings settings_;
  RedisWords words_;
  const CommandTable& commands_;
  RedisConnection connection_;
};

// What was called between the looks, by `commands`.
[[nodiscard]] QueueUse use_between(const CommandTable& commands, const QueueSnapshot& before,
                                   const QueueSnapshot& after);

// `block`: of the target file, for messages.
[[nodiscard]] Result<HostPort> redis_address(const QueueSettings& settings, std::string_view block);

}  // namespace votebench::adapters
