#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "adapters/clock_bracket.h"
#include "adapters/queue.h"
#include "adapters/redis_list/redis_text.h"
#include "adapters/redis_list/redis_wire.h"
#include "core/check.h"
#include "core/number.h"
#include "core/text.h"

namespace votebench::adapters {
namespace {

constexpr char kClientName[] = "votebench";

struct FreeReader {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reader = std::unique_ptr<redisReader, FreeReader>;
using Reply = std::unique_ptr<redisReply, FreeReply>;
using Command = std::vector<std::string>;

std::string_view text_of(const redisReply& reply) {
  return reply.str == nullptr ? std::string_view() : std::string_view(reply.str, reply.len);
}

std::uint64_t number_of(const redisReply& reply) {
  return reply.integer < 0 ? 0 : static_cast<std::uint64_t>(reply.integer);
}

bool is_error(const redisReply& reply) { return reply.type == REDIS_REPLY_ERROR; }

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

QueueList list_of(const redisReply& range, std::uint64_t length) {
  QueueList list;
  list.length = length;
  for (std::size_t i = 0; i < range.elements; ++i) {
    if (auto element = parse_payload(text_of(*range.element[i])))
      list.elements.push_back(*std::move(element));
    else
      ++list.malformed;
  }
  return list;
}

Command range_command(const std::string& list, std::uint64_t limit) {
  CHECK_THAT_HOLDS(limit > 0);
  return {"LRANGE", list, "0", std::to_string(limit - 1)};
}

// The replies to several commands of one instant.
class Answers {
 public:
  static Answers of_transaction(Reply exec) {
    Answers answers;
    for (std::size_t i = 0; i < exec->elements; ++i) answers.all_.push_back(exec->element[i]);
    answers.owned_.push_back(std::move(exec));
    return answers;
  }
  static Answers of_pipeline(std::vector<Reply> replies) {
    Answers answers;
    for (const Reply& reply : replies) answers.all_.push_back(reply.get());
    answers.owned_ = std::move(replies);
    return answers;
  }
  const redisReply& operator[](std::size_t i) const { return *all_[i]; }
  [[nodiscard]] std::size_t size() const { return all_.size(); }

 private:
  std::vector<Reply> owned_;
  std::vector<const redisReply*> all_;
};

// A connection that is made when it is needed and dropped when it fails.
class Connection {
 public:
  explicit Connection(QueueSettings settings) : settings_(std::move(settings)) {}

  Result<> open() {
    if (wire_) return {};
    TRY(connect());
    const auto greeted = greet();
    if (!greeted) close();
    return greeted;
  }

  // Sends all commands at once. The replies may be errors of Redis; a broken connection is ours.
  Result<std::vector<Reply>> ask(const std::vector<Command>& commands) {
    TRY(open());
    return exchange(commands);
  }

  // MULTI, the commands, EXEC: their replies, none of them an error. A Redis that is out of memory
  // refuses to queue commands: then they are sent in one piece without MULTI, which Redis works off
  // without a look at other clients as long as it fits into one read.
  Result<Answers> ask_at_once(const std::vector<Command>& commands) {
    std::vector<Command> transaction{{"MULTI"}};
    transaction.insert(transaction.end(), commands.begin(), commands.end());
    transaction.push_back({"EXEC"});
    TRY_ASSIGN(auto replies, ask(transaction));
    if (text_of(*replies[1]).starts_with("OOM")) {
      TRY_ASSIGN(replies, ask(commands));
      return accept_all(Answers::of_pipeline(std::move(replies)));
    }
    for (const Reply& reply : replies) TRY(accept(*reply));
    Answers answers = Answers::of_transaction(std::move(replies.back()));
    if (answers.size() != commands.size()) return failure("did not execute a transaction");
    return accept_all(std::move(answers));
  }

  Result<Reply> ask_one(const Command& command) {
    TRY_ASSIGN(auto replies, ask({command}));
    TRY(accept(*replies.front()));
    return std::move(replies.front());
  }

  [[nodiscard]] std::uint64_t own_id() const { return own_id_; }

 private:
  Failure failure(std::string_view what) const {
    return fail(ErrorKind::environment, fmt::format("Redis at {} {}", settings_.where(), what));
  }

  Result<> accept(const redisReply& reply) const {
    if (!is_error(reply)) return {};
    const std::string_view text = text_of(reply);
    if (text.starts_with("WRONGTYPE"))
      return fail(ErrorKind::environment,
                  fmt::format("Redis at {}: a key that should be a list holds another type "
                              "(WRONGTYPE)",
                              settings_.where()),
                  fmt::format("look at it: TYPE {}", settings_.list));
    return failure(fmt::format("refuses: {}", text));
  }

  Result<Answers> accept_all(Answers answers) const {
    for (std::size_t i = 0; i < answers.size(); ++i) TRY(accept(answers[i]));
    return answers;
  }

  Result<> connect() {
    auto wire = RedisWire::connect(settings_);
    if (!wire) return failure("cannot be reached: " + wire.error().message);
    wire_.emplace(std::move(*wire));
    reader_.reset(redisReaderCreate());
    CHECK_THAT_HOLDS(reader_ != nullptr);
    return {};
  }

  Result<> greet() {
    std::vector<Command> commands;
    if (!settings_.password.empty()) commands.push_back(authentication());
    commands.push_back({"SELECT", std::to_string(settings_.database)});
    commands.push_back({"CLIENT", "SETNAME", kClientName});
    commands.push_back({"CLIENT", "ID"});
    TRY_ASSIGN(const auto replies, exchange(commands));
    // Of an answer to AUTH only the first word: "unknown command" quotes the arguments.
    const std::string_view first = text_of(*replies.front());
    if (!settings_.password.empty() && is_error(*replies.front()))
      return failure(fmt::format("refuses the password ({})", first.substr(0, first.find(' '))));
    TRY(accept(*replies[replies.size() - 3]));
    own_id_ = is_error(*replies.back()) ? 0 : number_of(*replies.back());
    return {};
  }

  Command authentication() const {
    if (settings_.user.empty()) return {"AUTH", settings_.password.reveal()};
    return {"AUTH", settings_.user, settings_.password.reveal()};
  }

  Result<std::vector<Reply>> exchange(const std::vector<Command>& commands) {
    std::string bytes;
    for (const Command& command : commands) append(command, bytes);
    if (const auto sent = wire_->send(bytes); !sent) return broken(sent.error().message);
    std::vector<Reply> replies;
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

  static void append(const Command& command, std::string& bytes) {
    bytes += fmt::format("*{}\r\n", command.size());
    for (const std::string& word : command)
      bytes += fmt::format("${}\r\n{}\r\n", word.size(), word);
  }

  Result<> feed() {
    std::array<char, 65536> buffer;
    TRY_ASSIGN(const std::size_t received, wire_->receive(buffer));
    redisReaderFeed(reader_.get(), buffer.data(), received);
    return {};
  }

  Failure broken(std::string_view reason) {
    close();
    return failure(fmt::format("does not answer: {}", reason));
  }

  void close() {
    wire_.reset();
    reader_.reset();
  }

  QueueSettings settings_;
  std::optional<RedisWire> wire_;  // empty: not connected
  Reader reader_;
  std::uint64_t own_id_ = 0;
};

class RedisProbe final : public QueueProbe {
 public:
  explicit RedisProbe(const QueueSettings& settings) : settings_(settings), connection_(settings) {
    names_.push_back(settings.list);
    names_.insert(names_.end(), settings.in_flight.begin(), settings.in_flight.end());
  }

  Result<> open() { return connection_.open(); }

  // One MULTI; LLEN...; INFO; TIME; EXEC: about 0.1 ms on loopback.
  Result<QueueSnapshot> snapshot() override {
    TRY_ASSIGN(const Answers answers, connection_.ask_at_once(snapshot_commands()));
    return snapshot_of(answers);
  }

  Result<QueueContents> contents(std::uint64_t limit) override {
    std::vector<Command> commands = snapshot_commands();
    const std::size_t ranges_at = commands.size();
    for (const std::string& name : names_) commands.push_back(range_command(name, limit));
    TRY_ASSIGN(const Answers answers, connection_.ask_at_once(commands));
    QueueContents contents;
    TRY_ASSIGN(contents.snapshot, snapshot_of(answers));
    for (std::size_t i = 0; i < names_.size(); ++i) {
      QueueList list = list_of(answers[ranges_at + i], number_of(answers[i]));
      if (i == 0)
        contents.list = std::move(list);
      else
        contents.in_flight.push_back(std::move(list));
    }
    return contents;
  }

  Result<QueueList> read_list(const std::string& name, std::uint64_t limit) override {
    TRY_ASSIGN(const Answers answers,
               connection_.ask_at_once({{"LLEN", name}, range_command(name, limit)}));
    return list_of(answers[1], number_of(answers[0]));
  }

  Result<std::vector<QueueClient>> clients() override {
    TRY_ASSIGN(const Reply reply, connection_.ask_one({"CLIENT", "LIST"}));
    std::vector<QueueClient> clients = parse_client_list(text_of(*reply));
    std::erase_if(clients, [&](const QueueClient& client) {
      return client.id == connection_.own_id() || client.name == kClientName;
    });
    return clients;
  }

  Result<QueueFacts> facts() override {
    TRY_ASSIGN(const Reply type_reply, connection_.ask_one({"TYPE", settings_.list}));
    TRY_ASSIGN(const Reply info_reply, connection_.ask_one({"INFO"}));
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
    QueueFacts facts{std::string(info_field(info, "redis_version")), {}};
    const std::string_view policy = info_field(info, "maxmemory_policy");
    if (info_number(info, "maxmemory") > 0 && policy != "noeviction")
      facts.warnings.push_back(
          fmt::format("redis may evict the whole list (maxmemory-policy {})", policy));
    return facts;
  }

  Result<std::uint64_t> count_own(const VoterIds& ids) override {
    TRY_ASSIGN(const std::vector<Command> removals, removals_of(ids));
    return removals.size();
  }

  Result<std::uint64_t> remove_own(const VoterIds& ids) override {
    TRY_ASSIGN(const std::vector<Command> removals, removals_of(ids));
    std::uint64_t removed = 0;
    for (const Command& command : removals) {
      TRY_ASSIGN(const Reply reply, connection_.ask_one(command));
      removed += number_of(*reply);
    }
    return removed;
  }

  Result<ClockOffset> clock_offset(const Clock& clock) override {
    return bracket_clock(clock, [&]() -> Result<WallTime> {
      TRY_ASSIGN(const Reply reply, connection_.ask_one({"TIME"}));
      return time_of(*reply, settings_);
    });
  }

 private:
  // One LREM per element of this run, of the very bytes that stand in the list.
  Result<std::vector<Command>> removals_of(const VoterIds& ids) {
    std::vector<Command> removals;
    for (const std::string& name : names_) {
      TRY_ASSIGN(const Reply range, connection_.ask_one({"LRANGE", name, "0", "-1"}));
      for (std::size_t i = 0; i < range->elements; ++i) {
        const std::string_view payload = text_of(*range->element[i]);
        const auto element = parse_payload(payload);
        if (element && ids.check(element->voter_id).origin == IdOrigin::own)
          removals.push_back({"LREM", name, "1", std::string(payload)});
      }
    }
    return removals;
  }

  // One INFO per section: several in one command are understood from Redis 7 on only.
  std::vector<Command> snapshot_commands() const {
    std::vector<Command> commands;
    for (const std::string& name : names_) commands.push_back({"LLEN", name});
    for (const char* section : {"server", "stats", "commandstats"})
      commands.push_back({"INFO", section});
    commands.push_back({"TIME"});
    return commands;
  }

  Result<QueueSnapshot> snapshot_of(const Answers& answers) const {
    const std::size_t lists = names_.size();
    const std::string_view server = text_of(answers[lists]);
    const std::string_view stats = text_of(answers[lists + 1]);
    const CommandCalls pushes = command_calls(text_of(answers[lists + 2]), "rpush");
    QueueSnapshot snapshot;
    snapshot.server_id = info_field(server, "run_id");
    snapshot.uptime_s = info_number(server, "uptime_in_seconds");
    snapshot.dropped = info_number(stats, "evicted_keys");
    snapshot.pushed = pushes.calls - std::min(pushes.failed, pushes.calls);
    snapshot.counters = {{"rpush", pushes.calls}, {"rpush failed", pushes.failed}};
    snapshot.resets = command_calls(text_of(answers[lists + 2]), "config|resetstat").calls;
    TRY_ASSIGN(snapshot.server_time, time_of(answers[lists + 3], settings_));
    snapshot.depth = number_of(answers[0]);
    for (std::size_t i = 1; i < lists; ++i)
      snapshot.in_flight_depths.push_back(number_of(answers[i]));
    return snapshot;
  }

  QueueSettings settings_;
  Connection connection_;
  std::vector<std::string> names_;  // the main list, then the side lists
};

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
const QueueKind kRedisList{"redis", "Redis", open_redis_list, redis_address};

}  // namespace votebench::adapters
