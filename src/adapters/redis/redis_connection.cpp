#include "adapters/redis/redis_connection.h"

#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <array>
#include <utility>

#include "adapters/redis/redis_sent_on.h"
#include "core/check.h"
#include "core/number.h"

namespace votebench::adapters {
namespace {

void append(const RedisCommand& command, std::string& bytes) {
  bytes += fmt::format("*{}\r\n", command.size());
  for (const std::string& word : command) bytes += fmt::format("${}\r\n{}\r\n", word.size(), word);
}

}  // namespace

void FreeRedis::operator()(redisReader* reader) const { redisReaderFree(reader); }
void FreeRedis::operator()(redisReply* reply) const { freeReplyObject(reply); }

std::string_view text_of(const redisReply& reply) {
  return reply.str == nullptr ? std::string_view() : std::string_view(reply.str, reply.len);
}

std::uint64_t number_of(const redisReply& reply) {
  return reply.integer < 0 ? 0 : static_cast<std::uint64_t>(reply.integer);
}

bool is_error(const redisReply& reply) { return reply.type == REDIS_REPLY_ERROR; }

// Two texts: seconds and microseconds.
std::optional<WallTime> time_in(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 2) return std::nullopt;
  const auto second = whole_number<std::int64_t>(text_of(*reply.element[0]));
  const auto microsecond = whole_number<std::int64_t>(text_of(*reply.element[1]));
  if (!second || !microsecond) return std::nullopt;
  return WallTime(std::chrono::seconds(*second) + std::chrono::microseconds(*microsecond));
}

RedisAnswers RedisAnswers::of_transaction(RedisReply exec) {
  RedisAnswers answers;
  for (std::size_t i = 0; i < exec->elements; ++i) answers.all_.push_back(exec->element[i]);
  answers.owned_.push_back(std::move(exec));
  return answers;
}

RedisAnswers RedisAnswers::of_pipeline(std::vector<RedisReply> replies) {
  RedisAnswers answers;
  for (const RedisReply& reply : replies) answers.all_.push_back(reply.get());
  answers.owned_ = std::move(replies);
  return answers;
}

Result<> RedisConnection::open() {
  if (wire_ && wire_->peer_has_closed()) close();  // between two commands: none is lost with it
  if (wire_) return {};
  TRY(connect());
  auto greeted = greet();
  if (greeted) return greeted;
  greeted = fail(explained(std::move(greeted.error())));
  close();
  return greeted;
}

Result<std::vector<RedisReply>> RedisConnection::ask(const std::vector<RedisCommand>& commands) {
  TRY(open());
  return exchange(commands);
}

Result<RedisAnswers> RedisConnection::ask_at_once(const std::vector<RedisCommand>& commands) {
  TRY_ASSIGN(RedisAnswers answers, try_at_once(commands));
  for (std::size_t i = 0; i < answers.size(); ++i) TRY(accept(answers[i]));
  return answers;
}

Result<RedisAnswers> RedisConnection::try_at_once(const std::vector<RedisCommand>& commands) {
  std::vector<RedisCommand> transaction{{"MULTI"}};
  transaction.insert(transaction.end(), commands.begin(), commands.end());
  transaction.push_back({"EXEC"});
  TRY_ASSIGN(auto replies, ask(transaction));
  if (text_of(*replies[1]).starts_with("OOM")) {
    TRY_ASSIGN(replies, ask(commands));
    return RedisAnswers::of_pipeline(std::move(replies));
  }
  for (const RedisReply& reply : replies) TRY(accept_or_explain(*reply));
  RedisAnswers answers = RedisAnswers::of_transaction(std::move(replies.back()));
  if (answers.size() != commands.size()) return failure("did not execute a transaction");
  return answers;
}

Result<RedisReply> RedisConnection::ask_one(const RedisCommand& command) {
  TRY_ASSIGN(auto replies, ask({command}));
  TRY(accept_or_explain(*replies.front()));
  return std::move(replies.front());
}

Failure RedisConnection::failure(std::string_view what) const {
  return fail(ErrorKind::environment, fmt::format("Redis at {} {}", settings_.where(), what));
}

Result<> RedisConnection::accept(const redisReply& reply) const {
  if (!is_error(reply)) return {};
  const std::string_view text = text_of(reply);
  if (auto moved = moved_to(text, settings_, block())) return fail(*std::move(moved));
  if (text.starts_with("WRONGTYPE"))
    return fail(ErrorKind::environment,
                fmt::format("Redis at {}: a key that should be a {} holds another type "
                            "(WRONGTYPE)",
                            settings_.where(), words_.type),
                fmt::format("look at it: TYPE {}", settings_.list));
  if (text.starts_with("NOPERM"))
    return fail(ErrorKind::environment,
                fmt::format("Redis at {} refuses: {}", settings_.where(), text),
                fmt::format("what votebench asks for, read only: ACL SETUSER {} ~{} +info +time "
                            "+multi +exec {} +type +client|list +client|setname{}",
                            settings_.user.empty() ? "default" : settings_.user, settings_.list,
                            words_.rights, settings_.database == 0 ? "" : " +select"));
  return failure(fmt::format("refuses: {}", text));
}

Result<> RedisConnection::accept_or_explain(const redisReply& reply) {
  auto accepted = accept(reply);
  if (!accepted) accepted = fail(explained(std::move(accepted.error())));
  return accepted;
}

// What lies behind an error: a Sentinel knows few commands, one database and no password of ours.
Error RedisConnection::explained(Error error) {
  if (!wire_) return error;
  const auto replies = exchange({{"INFO", "server"}, {"SENTINEL", "MASTERS"}});
  if (!replies) return error;
  return watched_by(text_of(*replies->front()), *replies->back(), settings_, block())
      .value_or(std::move(error));
}

Result<> RedisConnection::connect() {
  auto wire = RedisWire::connect(settings_);
  if (!wire) return failure("cannot be reached: " + wire.error().message);
  wire_.emplace(std::move(*wire));
  reader_.reset(redisReaderCreate());
  CHECK_THAT_HOLDS(reader_ != nullptr);
  return {};
}

Result<> RedisConnection::greet() {
  std::vector<RedisCommand> commands;
  if (!settings_.password.empty()) commands.push_back(authentication());
  // A new connection is in database 0, and a user need not be allowed to go elsewhere.
  const bool selects = settings_.database != 0;
  if (selects) commands.push_back({"SELECT", std::to_string(settings_.database)});
  commands.push_back({"CLIENT", "SETNAME", kRedisClientName});
  commands.push_back({"CLIENT", "ID"});
  TRY_ASSIGN(const auto replies, exchange(commands));
  // Of an answer to AUTH only the first word: "unknown command" quotes the arguments.
  const std::string_view first = text_of(*replies.front());
  if (!settings_.password.empty() && is_error(*replies.front()))
    return failure(fmt::format("refuses the password ({})", first.substr(0, first.find(' '))));
  if (selects) TRY(accept(*replies[replies.size() - 3]));
  if (text_of(*replies.back()).starts_with("NOAUTH")) TRY(accept(*replies.back()));
  own_id_ = is_error(*replies.back()) ? 0 : number_of(*replies.back());
  return {};
}

RedisCommand RedisConnection::authentication() const {
  if (settings_.user.empty()) return {"AUTH", settings_.password.reveal()};
  return {"AUTH", settings_.user, settings_.password.reveal()};
}

Result<std::vector<RedisReply>> RedisConnection::exchange(
    const std::vector<RedisCommand>& commands) {
  std::string bytes;
  for (const RedisCommand& command : commands) append(command, bytes);
  if (const auto sent = wire_->send(bytes); !sent) return broken(sent.error().message);
  std::vector<RedisReply> replies;
  while (replies.size() < commands.size()) {
    void* reply = nullptr;
    if (redisReaderGetReply(reader_.get(), &reply) != REDIS_OK)
      return broken(static_cast<const char*>(reader_->errstr));
    if (reply != nullptr)
      replies.emplace_back(static_cast<redisReply*>(reply));
    else if (const auto fed = feed(); !fed)
      return broken(fed.error().message);
  }
  return replies;
}

Result<> RedisConnection::feed() {
  std::array<char, 65536> buffer{};
  TRY_ASSIGN(const std::size_t received, wire_->receive(buffer));
  redisReaderFeed(reader_.get(), buffer.data(), received);
  return {};
}

Failure RedisConnection::broken(std::string_view reason) {
  close();
  return failure(fmt::format("does not answer: {}", reason));
}

void RedisConnection::close() {
  wire_.reset();
  reader_.reset();
}

}  // namespace votebench::adapters
