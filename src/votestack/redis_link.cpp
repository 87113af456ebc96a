#include "votestack/redis_link.h"

#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace votebench::votestack {
namespace {

constexpr timeval kConnectTimeout{1, 0};
constexpr timeval kReplyTimeout{5, 0};

RedisReply convert(const redisReply& reply) {
  using Kind = RedisReply::Kind;
  RedisReply converted;
  switch (reply.type) {
    case REDIS_REPLY_INTEGER:
      converted.kind = Kind::integer;
      converted.integer = reply.integer;
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
      converted.kind = reply.type == REDIS_REPLY_ERROR ? Kind::error : Kind::text;
      converted.text.assign(reply.str, static_cast<std::size_t>(reply.len));
      break;
    case REDIS_REPLY_ARRAY:
      converted.kind = Kind::list;
      for (std::size_t i = 0; i < reply.elements; ++i)
        converted.elements.push_back(convert(*reply.element[i]));
      break;
    default:
      break;
  }
  return converted;
}

void append(redisContext& context, const RedisCommand& command) {
  std::vector<const char*> words;
  std::vector<std::size_t> lengths;
  for (const std::string_view word : command) {
    words.push_back(word.data());
    lengths.push_back(word.size());
  }
  redisAppendCommandArgv(&context, static_cast<int>(words.size()), words.data(), lengths.data());
}

}  // namespace

void RedisLink::Disconnect::operator()(redisContext* context) const { redisFree(context); }

RedisLink::RedisLink(Address address) : address_(std::move(address)) {}

Result<> RedisLink::connect() {
  if (context_ && !closed_by_server()) return {};
  return open();
}

Result<> RedisLink::open() {
  context_.reset(
      address_.is_unix()
          ? redisConnectUnixWithTimeout(address_.socket_path.c_str(), kConnectTimeout)
          : redisConnectWithTimeout(address_.host.c_str(), address_.port, kConnectTimeout));
  if (!context_ || context_->err != 0) return give_up();
  if (redisSetTimeout(context_.get(), kReplyTimeout) != REDIS_OK) return give_up();
  TRY(authenticate());
  // Who is behind a connection: what watches Redis can tell whether this process has ended. Sent
  // with the first command, so that a frozen server delays nothing more than that.
  const std::string name = fmt::format("votestack-{}", ::getpid());
  append(*context_, {"CLIENT", "SETNAME", name});
  unread_ = 1;
  return {};
}

Result<> RedisLink::authenticate() {
  const char* password = std::getenv("REDIS_PASSWORD");
  if (password == nullptr || *password == '\0') return {};
  TRY_ASSIGN(const auto replies, exchange({{"AUTH", password}}));
  if (replies[0].kind != RedisReply::Kind::error) return {};
  context_.reset();
  return fail(ErrorKind::environment,
              fmt::format("redis {}: {}", to_string(address_), replies[0].text));
}

Result<std::vector<RedisReply>> RedisLink::run(const std::vector<RedisCommand>& commands) {
  TRY(connect());
  return exchange(commands);
}

Result<std::vector<RedisReply>> RedisLink::exchange(const std::vector<RedisCommand>& commands) {
  for (const RedisCommand& command : commands) append(*context_, command);
  std::vector<RedisReply> replies;
  while (replies.size() < commands.size()) {
    void* raw = nullptr;
    if (redisGetReply(context_.get(), &raw) != REDIS_OK) return give_up();
    const std::unique_ptr<redisReply, void (*)(void*)> reply(static_cast<redisReply*>(raw),
                                                             freeReplyObject);
    if (unread_ > 0)
      --unread_;
    else
      replies.push_back(convert(*reply));
  }
  return replies;
}

// Nothing is outstanding between two calls: a readable socket means that the server went away.
bool RedisLink::closed_by_server() const {
  char byte = 0;
  const ssize_t got = ::recv(context_->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

Failure RedisLink::give_up() {
  const std::string reason = !context_ ? "out of memory"
                             : context_->err == REDIS_ERR_IO && errno == EAGAIN
                                 ? "no answer in time"
                                 : context_->errstr;
  context_.reset();
  return fail(ErrorKind::environment, fmt::format("redis {}: {}", to_string(address_), reason));
}

}  // namespace votebench::votestack
