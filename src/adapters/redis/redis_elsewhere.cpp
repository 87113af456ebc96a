#include "adapters/redis/redis_elsewhere.h"

#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <map>
#include <tuple>
#include <unordered_set>

#include "adapters/redis/redis_text.h"
#include "core/clock.h"
#include "core/number.h"
#include "core/text.h"
#include "vote/id_search.h"

namespace votebench::adapters {
namespace {

constexpr std::uint64_t kMostOfString = 65536;        // bytes
constexpr std::uint64_t kMostPerReading = 1U << 20U;  // estimated bytes of the replies of one round
constexpr std::uint64_t kMostOfKey = 16U << 20U;      // a key of larger elements is left out
constexpr std::size_t kMostPlaces = 100;

// How a kind of key is measured and read.
struct Kind {
  std::string_view name;
  const char* length;
  RedisCommand (*read)(const std::string& key, const std::string& limit);
};

RedisCommand read_list(const std::string& key, const std::string& limit) {
  return {"LRANGE", key, "0", limit};
}
RedisCommand read_sorted(const std::string& key, const std::string& limit) {
  return {"ZRANGE", key, "0", limit, "WITHSCORES"};
}
RedisCommand read_set(const std::string& key, const std::string& limit) {
  return {"SSCAN", key, "0", "COUNT", limit};
}
RedisCommand read_hash(const std::string& key, const std::string& limit) {
  return {"HSCAN", key, "0", "COUNT", limit};
}
RedisCommand read_string(const std::string& key, const std::string& /*limit*/) {
  return {"GETRANGE", key, "0", std::to_string(kMostOfString - 1)};
}
// The latest: a stream keeps what was read long ago.
RedisCommand read_stream(const std::string& key, const std::string& limit) {
  return {"XREVRANGE", key, "+", "-", "COUNT", limit};
}

constexpr std::array<Kind, 6> kKinds{{{"list", "LLEN", read_list},
                                      {"zset", "ZCARD", read_sorted},
                                      {"set", "SCARD", read_set},
                                      {"hash", "HLEN", read_hash},
                                      {"string", "STRLEN", read_string},
                                      {"stream", "XLEN", read_stream}}};

struct Key {
  std::string name;
  const Kind* kind = nullptr;
  std::uint64_t length = 0;
  std::uint64_t bytes = 0;  // estimate of what reading it brings
};

// All texts in a reply, nested ones too.
void for_each_text(const redisReply& reply, const std::function<void(std::string_view)>& use) {
  if (reply.str != nullptr) use(text_of(reply));
  for (std::size_t i = 0; i < reply.elements; ++i) for_each_text(*reply.element[i], use);
}

// Scores that are times: seconds or milliseconds since 1970, of this century.
std::optional<WallTime> time_of_score(std::string_view score) {
  constexpr double kFirstSecond = 1e9;
  constexpr double kLastSecond = 1e10;
  constexpr double kMillisecondsPerSecond = 1e3;
  double value = std::strtod(std::string(score).c_str(), nullptr);
  if (value >= kFirstSecond * kMillisecondsPerSecond) value /= kMillisecondsPerSecond;
  if (value < kFirstSecond || value > kLastSecond) return std::nullopt;
  return WallTime(std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(value)));
}

// When the latest element of a sorted set with an id of ours is due: elements and scores in turn.
std::optional<WallTime> due_in(const redisReply& sorted, const VoterIds& ids) {
  std::optional<WallTime> latest;
  for (std::size_t i = 0; i + 1 < sorted.elements; i += 2) {
    if (find_ids(text_of(*sorted.element[i]), ids).own.empty()) continue;
    if (const auto due = time_of_score(text_of(*sorted.element[i + 1])))
      latest = std::max(latest.value_or(*due), *due);
  }
  return latest;
}

// The key's name, its ids of ours replaced.
std::string pattern_of(const std::string& name, const VoterIds& ids) {
  std::string pattern = name;
  for (const VoterIndex index : find_ids(name, ids).own) {
    const std::string id = lower_case(ids.make(index));
    if (const std::size_t at = lower_case(pattern).find(id); at != std::string::npos)
      pattern.replace(at, id.size(), "*");
  }
  return pattern;
}

class KeyLook {
 public:
  KeyLook(const NamedKeys& named, const VoterIds& ids, const ElsewhereLimits& limits)
      : named_(named), ids_(ids), limits_(limits), end_(real_clock().now() + limits.time) {}

  Result<Elsewhere> run() {
    RedisConnection first(named_.settings, named_.words);
    TRY_ASSIGN(const RedisReply info, first.ask_one({"INFO", "keyspace"}));
    std::vector<int> databases = databases_of(text_of(*info));
    if (has_further_nodes(first)) {
      cut("it is one node of a cluster");
      found_.others_unseen = true;
    }
    // The queue's own comes first.
    std::stable_partition(databases.begin(), databases.end(),
                          [&](int database) { return database == named_.settings.database; });
    for (const int database : databases) {
      if (is_over()) break;
      QueueSettings settings = named_.settings;
      settings.database = database;
      RedisConnection connection(settings, named_.words);
      if (const auto done = look_into(connection, database); !done) cut(done.error().message);
    }
    for (auto& [place, entry] : places_) found_.places.push_back(std::move(entry));
    return std::move(found_);
  }

 private:
  // Whoever may not ask a node of a cluster takes it for one of several.
  static bool has_further_nodes(RedisConnection& connection) {
    const auto info = connection.ask({{"INFO", "cluster"}, {"CLUSTER", "INFO"}});
    if (!info || info_number(text_of(*info->front()), "cluster_enabled") == 0) return false;
    const redisReply& cluster = *info->back();
    return is_error(cluster) || info_number(text_of(cluster), "cluster_known_nodes") > 1;
  }

  static std::vector<int> databases_of(std::string_view info) {
    std::vector<int> databases;
    while (!info.empty()) {
      const std::string_view line = info.substr(0, info.find('\n'));
      info.remove_prefix(std::min(line.size() + 1, info.size()));
      if (!line.starts_with("db")) continue;
      if (const auto number = whole_number<int>(line.substr(2, line.find(':') - 2)))
        databases.push_back(*number);
    }
    return databases;
  }

  void cut(const std::string& why) {
    if (found_.cut_short.empty()) found_.cut_short = why;
  }

  bool is_over() {
    if (real_clock().now() >= end_)
      cut(fmt::format("it took longer than {}", format_duration(limits_.time)));
    return out_of_keys_ || real_clock().now() >= end_;
  }

  Result<> look_into(RedisConnection& connection, int database) {
    std::string cursor = "0";
    do {
      TRY_ASSIGN(const RedisReply page, connection.ask_one({"SCAN", cursor, "COUNT", "500"}));
      if (page->elements != 2) return {};
      cursor = text_of(*page->element[0]);
      TRY_ASSIGN(std::vector<Key> keys, keys_of(connection, *page->element[1], database));
      TRY(measure(connection, keys));
      TRY(read(connection, keys, database));
    } while (cursor != "0" && !is_over());
    return {};
  }

  [[nodiscard]] bool is_named(const std::string& name, int database) const {
    return database == named_.settings.database &&
           std::ranges::find(named_.names, name) != named_.names.end();
  }

  Result<std::vector<Key>> keys_of(RedisConnection& connection, const redisReply& names,
                                   int database) {
    std::vector<Key> keys;
    std::vector<RedisCommand> commands;
    for (std::size_t i = 0; i < names.elements; ++i) {
      const std::string name(text_of(*names.element[i]));
      if (is_named(name, database)) continue;
      if (keys_left_ == 0) {
        out_of_keys_ = true;
        cut(fmt::format("there are more than {} keys", format_count(limits_.keys)));
        break;
      }
      --keys_left_;
      keys.push_back({.name = name, .kind = nullptr});
      commands.push_back({"TYPE", name});
    }
    if (keys.empty()) return keys;
    TRY_ASSIGN(const auto types, connection.ask(commands));
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i].kind = kind_of(*types[i]);
    std::erase_if(keys, [](const Key& key) { return key.kind == nullptr; });
    return keys;
  }

  const Kind* kind_of(const redisReply& type) {
    if (is_error(type)) cut(fmt::format("not permitted: {}", text_of(type)));
    const auto kind = std::ranges::find(kKinds, text_of(type), &Kind::name);
    if (kind != kKinds.end()) return &*kind;
    if (!is_error(type) && text_of(type) != "none")
      cut(fmt::format("a key of kind {} cannot be searched", text_of(type)));
    return nullptr;
  }

  Result<> measure(RedisConnection& connection, std::vector<Key>& keys) {
    std::vector<RedisCommand> commands;
    for (const Key& key : keys) {
      commands.push_back({key.kind->length, key.name});
      commands.push_back({"MEMORY", "USAGE", key.name});
    }
    if (commands.empty()) return {};
    TRY_ASSIGN(const auto sizes, connection.ask(commands));
    for (std::size_t i = 0; i < keys.size(); ++i) {
      keys[i].length = number_of(*sizes[2 * i]);
      const std::uint64_t bytes = number_of(*sizes[2 * i + 1]);
      const std::uint64_t read = std::min(keys[i].length, limits_.elements);
      keys[i].bytes = keys[i].length == 0              ? 0
                      : keys[i].kind->name == "string" ? std::min(keys[i].length, kMostOfString)
                                                       : bytes / keys[i].length * read + 64;
      if (keys[i].length > limits_.elements && keys[i].kind->name != "string")
        cut(fmt::format("of key '{}' only {} elements were read", printable(keys[i].name, 60),
                        format_count(limits_.elements)));
      if (keys[i].bytes > kMostOfKey)
        cut(fmt::format("the elements of key '{}' are too large", printable(keys[i].name, 60)));
    }
    std::erase_if(keys, [](const Key& key) { return key.bytes > kMostOfKey; });
    return {};
  }

  // As many keys in one round as bring a bounded number of bytes.
  Result<> read(RedisConnection& connection, const std::vector<Key>& keys, int database) {
    for (std::size_t at = 0; at < keys.size() && !is_over();) {
      std::vector<RedisCommand> commands;
      const std::size_t first = at;
      for (std::uint64_t bytes = 0; at < keys.size() && bytes < kMostPerReading; ++at) {
        bytes += keys[at].bytes;
        commands.push_back(keys[at].kind->read(keys[at].name, std::to_string(limits_.elements)));
      }
      TRY_ASSIGN(const auto values, connection.ask(commands));
      for (std::size_t i = 0; i < values.size(); ++i) note(keys[first + i], *values[i], database);
    }
    return {};
  }

  void note(const Key& key, const redisReply& value, int database) {
    // A key that went, or became another, meanwhile is no error of permission.
    if (is_error(value) && text_of(value).starts_with("NOPERM"))
      cut(fmt::format("not permitted: {}", text_of(value)));
    std::vector<VoterIndex> own = find_ids(key.name, ids_).own;
    if (!is_error(value))
      for_each_text(value, [&](std::string_view text) {
        const IdsFound found = find_ids(text, ids_);
        own.insert(own.end(), found.own.begin(), found.own.end());
      });
    std::erase_if(own, [](VoterIndex index) { return index >= kFirstProbeIndex; });
    if (own.empty()) return;
    const bool sorted = !is_error(value) && key.kind->name == "zset";
    note_place(key, own, database, sorted ? due_in(value, ids_) : std::nullopt);
  }

  void note_place(const Key& key, const std::vector<VoterIndex>& own, int database,
                  std::optional<WallTime> due) {
    const std::string name = pattern_of(key.name, ids_);
    const std::string kind(key.kind->name);
    const auto place = std::tuple(database, name, kind);
    if (!places_.contains(place) && places_.size() == kMostPlaces)
      return cut("ids of the run stand in too many places");
    Place& entry =
        places_.try_emplace(place, Place{std::to_string(database), name, kind, {}}).first->second;
    if (due) entry.due = std::max(entry.due.value_or(*due), *due);
    const std::uint64_t most = kind == "string" ? kMostOfString : limits_.elements;
    if (key.length > most) entry.complete = false;
    std::unordered_set<VoterIndex>& known = known_[place];
    for (const VoterIndex index : own) {
      if (!known.insert(index).second) continue;
      if (entry.own.size() < limits_.elements)
        entry.own.push_back(index);
      else
        entry.complete = false;
    }
  }

  const NamedKeys& named_;
  const VoterIds& ids_;
  const ElsewhereLimits& limits_;
  const Instant end_;
  std::uint64_t keys_left_ = limits_.keys;
  bool out_of_keys_ = false;
  using PlaceId = std::tuple<int, std::string, std::string>;
  std::map<PlaceId, Place> places_;
  std::map<PlaceId, std::unordered_set<VoterIndex>> known_;  // of each: whom it names
  Elsewhere found_;
};

}  // namespace

Result<Elsewhere> find_in_other_keys(const NamedKeys& named, const VoterIds& ids,
                                     const ElsewhereLimits& limits) {
  return KeyLook(named, ids, limits).run();
}

}  // namespace votebench::adapters
