#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/queue.h"
#include "adapters/redis/redis_elsewhere.h"
#include "adapters/redis/redis_server.h"
#include "adapters/redis/redis_text.h"
#include "adapters/redis_list/list_commands.h"
#include "core/check.h"
#include "core/text.h"
#include "vote/id_search.h"

namespace votebench::adapters {
namespace {

constexpr RedisWords kListWords{"list", "redis.list", "+llen +lrange"};

QueueList list_of(const redisReply& range, std::uint64_t length, const VoterIds& ids) {
  QueueList list;
  list.length = length;
  for (std::size_t i = 0; i < range.elements; ++i) {
    const std::string_view bytes = text_of(*range.element[i]);
    note_element({&bytes, 1}, voter_of_payload(bytes), ids, list);
  }
  return list;
}

RedisCommand range_command(const std::string& list, std::uint64_t limit) {
  CHECK_THAT_HOLDS(limit > 0);
  return {"LRANGE", list, "0", std::to_string(limit - 1)};
}

class RedisProbe final : public QueueProbe {
 public:
  explicit RedisProbe(const QueueSettings& settings)
      : settings_(settings), server_(settings, kListWords, list_commands()) {
    names_.push_back(settings.list);
    names_.insert(names_.end(), settings.in_flight.begin(), settings.in_flight.end());
    first_further_ = names_.size();
    names_.insert(names_.end(), settings.further_lists.begin(), settings.further_lists.end());
  }

  Result<> open() { return server_.connection().open(); }

  // One MULTI; LLEN...; INFO; TIME; EXEC: about 0.1 ms on loopback.
  Result<QueueSnapshot> snapshot() override {
    TRY_ASSIGN(const RedisAnswers answers, server_.connection().ask_at_once(snapshot_commands()));
    return snapshot_of(answers);
  }

  Result<QueueContents> contents(const VoterIds& ids, std::uint64_t limit) override {
    std::vector<RedisCommand> commands = snapshot_commands();
    const std::size_t ranges_at = commands.size();
    for (const std::string& name : names_) commands.push_back(range_command(name, limit));
    TRY_ASSIGN(const RedisAnswers answers, server_.connection().ask_at_once(commands));
    QueueContents contents;
    TRY_ASSIGN(contents.snapshot, snapshot_of(answers));
    for (std::size_t i = 0; i < names_.size(); ++i) {
      QueueList list = list_of(answers[ranges_at + i], number_of(answers[i]), ids);
      if (i == 0)
        contents.list = std::move(list);
      else
        (i < first_further_ ? contents.in_flight : contents.further).push_back(std::move(list));
    }
    return contents;
  }

  Result<std::vector<QueueClient>> clients() override { return server_.clients(); }

  Result<QueueFacts> facts() override { return server_.facts(names_); }

  Result<std::uint64_t> count_own(const VoterIds& ids) override {
    TRY_ASSIGN(const std::vector<RedisCommand> removals, removals_of(ids));
    return removals.size();
  }

  Result<Elsewhere> find_elsewhere(const VoterIds& ids, const ElsewhereLimits& limits) override {
    return find_in_other_keys({settings_, kListWords, names_}, ids, limits);
  }

  Result<std::uint64_t> remove_own(const VoterIds& ids) override {
    TRY_ASSIGN(const std::vector<RedisCommand> removals, removals_of(ids));
    std::uint64_t removed = 0;
    for (const RedisCommand& command : removals) {
      TRY_ASSIGN(const RedisReply reply, server_.connection().ask_one(command));
      removed += number_of(*reply);
    }
    return removed;
  }

  Result<ClockOffset> clock_offset(const Clock& clock) override {
    return server_.clock_offset(clock);
  }

 private:
  // One LREM per element of this run, of the very bytes that stand in the list.
  Result<std::vector<RedisCommand>> removals_of(const VoterIds& ids) {
    std::vector<RedisCommand> removals;
    for (const std::string& name : names_) {
      TRY_ASSIGN(const RedisReply range, server_.connection().ask_one({"LRANGE", name, "0", "-1"}));
      for (std::size_t i = 0; i < range->elements; ++i) {
        const std::string_view payload = text_of(*range->element[i]);
        if (!find_ids(payload, ids).own.empty())
          removals.push_back({"LREM", name, "1", std::string(payload)});
      }
    }
    return removals;
  }

  [[nodiscard]] std::vector<RedisCommand> snapshot_commands() const {
    std::vector<RedisCommand> commands;
    for (const std::string& name : names_) commands.push_back({"LLEN", name});
    for (RedisCommand& command : RedisServer::look_commands())
      commands.push_back(std::move(command));
    return commands;
  }

  Result<QueueSnapshot> snapshot_of(const RedisAnswers& answers) const {
    TRY_ASSIGN(QueueSnapshot snapshot, server_.snapshot_of(answers, names_.size()));
    snapshot.depth = number_of(answers[0]);
    for (std::size_t i = 1; i < names_.size(); ++i) {
      const std::uint64_t length = number_of(answers[i]);
      (i < first_further_ ? snapshot.in_flight_depths : snapshot.further_depths).push_back(length);
      if (i >= first_further_) snapshot.depth += length;
    }
    return snapshot;
  }

  QueueSettings settings_;
  RedisServer server_;
  std::vector<std::string> names_;  // the first list, the side lists, the further lists
  std::size_t first_further_ = 1;
};

Result<std::unique_ptr<QueueProbe>> open_redis_list(const QueueSettings& settings) {
  auto probe = std::make_unique<RedisProbe>(settings);
  TRY(probe->open());
  return std::unique_ptr<QueueProbe>(std::move(probe));
}

// At which end of a list a command puts elements in or takes them out.
enum class End { left, right, unknown };
End end_of(std::string_view command) {
  if (is_among(std::to_array<std::string_view>({"lpush", "lpushx", "lpop", "blpop"}), command))
    return End::left;
  if (is_among(std::to_array<std::string_view>(
                   {"rpush", "rpushx", "rpop", "brpop", "rpoplpush", "brpoplpush"}),
               command))
    return End::right;
  return End::unknown;
}

bool all_at(End end, const std::vector<std::string>& commands) {
  return !commands.empty() && std::ranges::all_of(commands, [end](const std::string& command) {
    return end_of(command) == end;
  });
}

QueueUse use_of_lists(const QueueSnapshot& before, const QueueSnapshot& after) {
  QueueUse use = use_between(list_commands(), before, after);
  const auto one_end = [&](End end) { return all_at(end, use.pushes) && all_at(end, use.takes); };
  use.newest_first = one_end(End::left) || one_end(End::right);
  if (std::ranges::find(use.hidden, "xadd") != use.hidden.end())
    use.advice =
        "the app fills a stream: describe it in place of the list, redis_stream: { url: "
        "..., stream: NAME, group: NAME }";
  return use;
}

Result<HostPort> address_of_lists(const QueueSettings& settings) {
  return redis_address(settings, "redis");
}

std::string place_of_lists(const QueueSettings& settings) {
  std::vector<std::string> names{settings.list};
  names.insert(names.end(), settings.further_lists.begin(), settings.further_lists.end());
  for (std::string& name : names) name = fmt::format("'{}'", printable(name));
  return fmt::format("{} {}", names.size() == 1 ? "list" : "lists", fmt::join(names, ", "));
}

}  // namespace

extern const QueueKind kRedisList;
const QueueKind kRedisList{.name = "redis",
                           .title = "Redis",
                           .open = open_redis_list,
                           .use = use_of_lists,
                           .address = address_of_lists,
                           .place = place_of_lists};

}  // namespace votebench::adapters
