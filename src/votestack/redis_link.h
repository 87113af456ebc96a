// A connection to Redis that never hangs and never repeats a command by itself.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "votestack/address.h"

struct redisContext;

namespace votebench::votestack {

struct RedisReply {
  enum class Kind { nil, integer, text, list, error };
  Kind kind = Kind::nil;
  long long integer = 0;
  std::string text;  // of text and error
  std::vector<RedisReply> elements;
};

// Name and arguments; what they point to must live until run() returns.
using RedisCommand = std::vector<std::string_view>;

// One thread at a time. Connects in at most 1 s; each reply may take 5 s, as in the real app.
// The password comes from the environment: REDIS_PASSWORD. CLIENT LIST shows the connection as
// "votestack-<pid>".
class RedisLink {
 public:
  explicit RedisLink(Address address);

  // Makes sure that there is a connection which the server has not closed.
  [[nodiscard]] Result<> connect();

  // Sends all commands at once and waits for their replies, one each. A failure means that the
  // connection broke or a reply did not come in time: any of the commands may have been executed,
  // or may be later. What the server refuses is a reply of kind error.
  [[nodiscard]] Result<std::vector<RedisReply>> run(const std::vector<RedisCommand>& commands);

 private:
  struct Disconnect {
    void operator()(redisContext* context) const;
  };
  using Context = std::unique_ptr<redisContext, Disconnect>;

  [[nodiscard]] Result<> open();
  [[nodiscard]] Result<> authenticate();
  [[nodiscard]] Result<std::vector<RedisReply>> exchange(const std::vector<RedisCommand>& commands);
  [[nodiscard]] bool closed_by_server() const;
  [[nodiscard]] Failure give_up();

  Address address_;
  Context context_;
  std::size_t unread_ = 0;  // replies that no caller waits for
};

}  // namespace votebench::votestack
