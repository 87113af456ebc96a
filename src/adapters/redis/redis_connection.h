// Commands to one Redis and their replies, over a connection that is made when it is needed and
// dropped when it fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/redis/redis_wire.h"
#include "core/clock.h"
#include "core/result.h"
#include "vote/target_settings.h"

struct redisReader;
struct redisReply;

namespace votebench::adapters {

struct FreeRedis {
  void operator()(redisReader* reader) const;
  void operator()(redisReply* reply) const;
};
using RedisReply = std::unique_ptr<redisReply, FreeRedis>;
using RedisCommand = std::vector<std::string>;

inline constexpr char kRedisClientName[] = "votebench";

// How a kind of queue calls what it looks at.
struct RedisWords {
  std::string_view type;    // of its keys: "list"
  std::string_view key;     // of the target file, that names it: "redis.list"
  std::string_view rights;  // to read it: "+llen +lrange"
};

[[nodiscard]] std::string_view text_of(const redisReply& reply);
[[nodiscard]] std::uint64_t number_of(const redisReply& reply);
[[nodiscard]] bool is_error(const redisReply& reply);
// The answer to TIME; nothing: it is none.
[[nodiscard]] std::optional<WallTime> time_in(const redisReply& reply);

// The replies to several commands of one instant.
class RedisAnswers {
 public:
  static RedisAnswers of_transaction(RedisReply exec);
  static RedisAnswers of_pipeline(std::vector<RedisReply> replies);
  const redisReply& operator[](std::size_t i) const { return *all_[i]; }
  [[nodiscard]] std::size_t size() const { return all_.size(); }

 private:
  std::vector<RedisReply> owned_;
  std::vector<const redisReply*> all_;
};

// Not thread-safe. Errors are ErrorKind::environment and contain no secret.
class RedisConnection {
 public:
  RedisConnection(QueueSettings settings, const RedisWords& words)
      : settings_(std::move(settings)), words_(words) {}

  Result<> open();
  // Sends all commands at once. The replies may be errors of Redis; a broken connection is ours.
  Result<std::vector<RedisReply>> ask(const std::vector<RedisCommand>& commands);
  // MULTI, the commands, EXEC: their replies, none of them an error. A Redis that is out of memory
  // refuses to queue commands: then they are sent in one piece without MULTI, which Redis works off
  // without a look at other clients as long as it fits into one read.
  Result<RedisAnswers> ask_at_once(const std::vector<RedisCommand>& commands);
  // As ask_at_once(), but a reply may be an error of Redis.
  Result<RedisAnswers> try_at_once(const std::vector<RedisCommand>& commands);
  Result<RedisReply> ask_one(const RedisCommand& command);

  [[nodiscard]] std::uint64_t own_id() const { return own_id_; }
  // Error: the reply is one.
  [[nodiscard]] Result<> accept(const redisReply& reply) const;

 private:
  [[nodiscard]] Failure failure(std::string_view what) const;
  Result<> accept_or_explain(const redisReply& reply);
  [[nodiscard]] Error explained(Error error);
  // Of the target file, that names this server: "redis"
  [[nodiscard]] std::string_view block() const {
    return words_.key.substr(0, words_.key.rfind('.'));
  }
  Result<> connect();
  Result<> greet();
  [[nodiscard]] RedisCommand authentication() const;
  Result<std::vector<RedisReply>> exchange(const std::vector<RedisCommand>& commands);
  Result<> feed();
  Failure broken(std::string_view reason);
  void close();

  QueueSettings settings_;
  RedisWords words_;
  std::optional<RedisWire> wire_;  // empty: not connected
  std::unique_ptr<redisReader, FreeRedis> reader_;
  std::uint64_t own_id_ = 0;
};

}  // namespace votebench::adapters
