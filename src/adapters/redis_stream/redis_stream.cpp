#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <set>
#include <utility>

#include "adapters/queue.h"
#include "adapters/redis/redis_elsewhere.h"
#include "adapters/redis/redis_server.h"
#include "adapters/redis/redis_text.h"
#include "adapters/redis_stream/stream_commands.h"
#include "adapters/redis_stream/stream_state.h"
#include "core/counted.h"
#include "core/number.h"
#include "core/text.h"
#include "vote/id_search.h"

namespace votebench::adapters::redis_stream {
namespace {

constexpr RedisWords kWords{"stream", "redis_stream.stream",
                            "+xinfo|stream +xinfo|groups +xrange +xrevrange +xpending"};
constexpr std::uint64_t kFirstMajor = 7;        // of the servers that count entries
constexpr std::uint64_t kCountedExactly = 200;  // unread entries, in a snapshot
constexpr std::uint64_t kLatest = 1000;         // of what was read already, for its form
constexpr std::uint64_t kMostPending = 10'000;  // that are searched
constexpr std::uint64_t kPage = 1000;
constexpr int kMostPages = 1000;

// Where the replies of a look are.
constexpr std::size_t kStreamAt = 0;
constexpr std::size_t kGroupsAt = 1;
constexpr std::size_t kBehindAt = 2;
constexpr std::size_t kServerAt = 3;

bool says_no_key(const redisReply& reply) {
  return is_error(reply) && text_of(reply).find("no such key") != std::string_view::npos;
}

bool says_no_group(const redisReply& reply) {
  return is_error(reply) && text_of(reply).starts_with("NOGROUP");
}

// The stream at one instant. Absent: nothing of it is there, and nothing of a group.
struct State {
  StreamState stream;
  std::optional<GroupState> group;  // the workers'
  Unread unread;
};

void note_entries(const std::vector<Entry>& entries, const VoterIds& ids, QueueList& list) {
  for (const Entry& entry : entries) note_element(entry.texts, voter_of_entry(entry), ids, list);
}

bool holds_own(const std::vector<Entry>& entries, const VoterIds& ids) {
  QueueList list;
  note_entries(entries, ids, list);
  return !list.own.empty();
}

// The ids of a reply to XPENDING with a range.
std::vector<std::string> pending_ids(const redisReply& reply) {
  std::vector<std::string> ids;
  if (is_error(reply)) return ids;  // no stream yet, or no group
  for (std::size_t i = 0; i < reply.elements; ++i)
    if (reply.element[i]->elements > 0) ids.emplace_back(text_of(*reply.element[i]->element[0]));
  return ids;
}

class StreamProbe final : public QueueProbe {
 public:
  explicit StreamProbe(const QueueSettings& settings)
      : settings_(settings), server_(settings, kWords, stream_commands(!settings.group.empty())) {}

  Result<> open() { return server_.connection().open(); }

  // Entries behind the place where the group was at the last look are counted one by one; where
  // that was too far back, the look is made again from where it is now.
  Result<QueueSnapshot> snapshot() override {
    for (bool again = true;; again = false) {
      TRY_ASSIGN(const RedisAnswers answers, connection().try_at_once(look(kCountedExactly)));
      TRY_ASSIGN(const State state, state_of(answers, kCountedExactly));
      const EntryId from = std::exchange(after_, position(state));
      if (again && !state.unread.exact && from != after_) continue;
      return snapshot_of(answers, state);
    }
  }

  Result<QueueContents> contents(const VoterIds& ids, std::uint64_t limit) override {
    TRY_ASSIGN(const std::vector<std::string> pending, look_at_group(limit));
    std::vector<RedisCommand> commands = look(limit);
    const std::size_t latest_at = commands.size();
    commands.push_back(
        command({"XREVRANGE", "+", "-", "COUNT", std::to_string(std::min(limit, kLatest))}));
    const std::size_t pending_at = commands.size();
    if (is_grouped()) commands.push_back(pending_command(limit));
    for (const std::string& id : pending) commands.push_back(command({"XRANGE", id, id}));
    TRY_ASSIGN(const RedisAnswers answers, connection().try_at_once(commands));
    TRY_ASSIGN(const State state, state_of(answers, limit));
    QueueContents contents;
    TRY_ASSIGN(contents.snapshot, snapshot_of(answers, state));
    note_unread(answers[kBehindAt], state, ids, contents.list);
    contents.list.legible = holds_own(entries_of(answers[latest_at]), ids);
    if (!is_grouped()) return contents;
    QueueList in_hand;
    in_hand.length = contents.snapshot.in_flight_depths.front();
    in_hand.legible = contents.list.legible;
    const std::vector<std::string> still = pending_ids(answers[pending_at]);
    for (std::size_t i = 0; i < pending.size(); ++i)
      if (std::ranges::binary_search(still, pending[i], by_id))
        note_entries(entries_of(answers[pending_at + 1 + i]), ids, in_hand);
    contents.in_flight.push_back(std::move(in_hand));
    return contents;
  }

  Result<std::vector<QueueClient>> clients() override { return server_.clients(); }

  Result<QueueFacts> facts() override {
    TRY_ASSIGN(QueueFacts facts, server_.facts({settings_.list}));
    const std::string_view major =
        std::string_view(facts.version).substr(0, facts.version.find('.'));
    TRY_ASSIGN(const RedisAnswers answers, connection().try_at_once(look(1)));
    TRY_ASSIGN(const State state, state_of(answers, 1));
    const bool empty = says_no_key(answers[kStreamAt]);
    if (empty ? whole_number<std::uint64_t>(major).value_or(0) < kFirstMajor : !state.stream.added)
      return fail(ErrorKind::environment,
                  fmt::format("{} is Redis {}, which does not count the entries of a stream",
                              settings_.where(), facts.version),
                  "streams are followed from Redis 7.0 on; without the block redis_stream votes "
                  "are followed from their answers to their rows");
    TRY_ASSIGN(const QueueSnapshot seen, snapshot_of(answers, state));
    if (state.group && state.group->pending > 0 && seen.acknowledged == 0)
      return never_acknowledged(state.group->pending);
    const std::vector<GroupState> groups = group_states(answers[kGroupsAt]);
    if (!is_grouped() && !groups.empty())
      facts.warnings.push_back(
          fmt::format("stream '{}' has a group and the target names none: with redis_stream.group: "
                      "{} it is seen what workers have in hand",
                      printable(settings_.list), printable(groups.front().name)));
    return facts;
  }

  Result<std::uint64_t> count_own(const VoterIds& ids) override {
    TRY_ASSIGN(const std::vector<std::string> own, own_entries(ids));
    return own.size();
  }

  Result<Elsewhere> find_elsewhere(const VoterIds& ids, const ElsewhereLimits& limits) override {
    return find_in_other_keys({settings_, kWords, {settings_.list}}, ids, limits);
  }

  Result<std::uint64_t> remove_own(const VoterIds& ids) override {
    TRY_ASSIGN(const std::vector<std::string> own, own_entries(ids));
    std::uint64_t removed = 0;
    for (const std::string& id : own) {
      if (is_grouped()) TRY(connection().ask_one({"XACK", settings_.list, settings_.group, id}));
      TRY_ASSIGN(const RedisReply reply, connection().ask_one(command({"XDEL", id})));
      removed += number_of(*reply);
    }
    return removed;
  }

  Result<ClockOffset> clock_offset(const Clock& clock) override {
    return server_.clock_offset(clock);
  }

 private:
  static bool by_id(const std::string& a, const std::string& b) {
    return parse_entry_id(a) < parse_entry_id(b);
  }

  [[nodiscard]] bool is_grouped() const { return !settings_.group.empty(); }
  [[nodiscard]] RedisConnection& connection() { return server_.connection(); }

  // Of the stream: its name stands behind the command's.
  [[nodiscard]] RedisCommand command(RedisCommand words) const {
    words.insert(words.begin() + 1, settings_.list);
    return words;
  }
  [[nodiscard]] RedisCommand pending_command(std::uint64_t limit) const {
    return command(
        {"XPENDING", settings_.group, "-", "+", std::to_string(std::min(limit, kMostPending))});
  }

  [[nodiscard]] std::vector<RedisCommand> look(std::uint64_t limit) const {
    std::vector<RedisCommand> commands{
        {"XINFO", "STREAM", settings_.list},
        {"XINFO", "GROUPS", settings_.list},
        command({"XRANGE", "(" + after_.text(), "+", "COUNT", std::to_string(limit)})};
    for (RedisCommand& one : RedisServer::look_commands()) commands.push_back(std::move(one));
    return commands;
  }

  [[nodiscard]] static EntryId position(const State& state) {
    return state.group ? state.group->delivered_to : EntryId{};
  }

  // `limit`: of the entries that were asked for.
  Result<State> state_of(const RedisAnswers& answers, std::uint64_t limit) const {
    const bool absent = says_no_key(answers[kStreamAt]);
    for (std::size_t i = absent ? kBehindAt : kStreamAt; i < answers.size(); ++i)
      if (!says_no_group(answers[i])) TRY(server_.accept(answers[i]));
    State state;
    if (absent) return state;
    state.stream = stream_state(answers[kStreamAt]);
    if (!is_grouped()) return state;
    const auto groups = group_states(answers[kGroupsAt]);
    const auto found = std::ranges::find(groups, settings_.group, &GroupState::name);
    if (found == groups.end()) return no_group(groups);
    state.group = *found;
    Behind behind{after_, {}, answers[kBehindAt].elements < limit};
    for (const Entry& entry : entries_of(answers[kBehindAt])) behind.ids.push_back(entry.id);
    state.unread = unread_of(state.stream, *state.group, behind);
    return state;
  }

  [[nodiscard]] Failure no_group(const std::vector<GroupState>& groups) const {
    std::string known;
    for (const GroupState& group : groups)
      known += fmt::format("{}'{}'", known.empty() ? "" : ", ", printable(group.name));
    return fail(
        ErrorKind::environment,
        fmt::format("stream '{}' in {} has no group '{}'", printable(settings_.list),
                    settings_.where(), printable(settings_.group)),
        known.empty()
            ? "it has none: is the worker running? where workers read without a group (XREAD), "
              "leave redis_stream.group out"
            : fmt::format("it has {}: say which one in redis_stream.group", known));
  }

  [[nodiscard]] Failure never_acknowledged(std::uint64_t pending) const {
    return fail(ErrorKind::environment,
                fmt::format("{} of group '{}' in {} not acknowledged, and no XACK was called since "
                            "Redis started",
                            counted(pending, "entry is", "entries are"), printable(settings_.group),
                            place_of(settings_)),
                "let the workers finish; where they never acknowledge, what is pending says "
                "nothing: leave redis_stream.group out");
  }

  Result<QueueSnapshot> snapshot_of(const RedisAnswers& answers, const State& state) const {
    TRY_ASSIGN(QueueSnapshot snapshot, server_.snapshot_of(answers, kServerAt));
    snapshot.pushed = state.stream.added.value_or(0);
    for (const char* name : kAcknowledging) snapshot.acknowledged += snapshot.counters[name];
    for (const char* name : kHandingOver) snapshot.handed_over += snapshot.counters[name];
    snapshot.depth = state.unread.count;
    snapshot.blind = !is_grouped();
    if (is_grouped()) snapshot.in_flight_depths.push_back(state.group ? state.group->pending : 0);
    if (!state.group) return snapshot;
    snapshot.delivered = state.group->read;
    snapshot.removed = removed_unread(state.stream, *state.group, state.unread);
    return snapshot;
  }

  // Moves to where the group is. Returns the first entries that it has pending.
  Result<std::vector<std::string>> look_at_group(std::uint64_t limit) {
    if (!is_grouped()) return std::vector<std::string>{};
    TRY_ASSIGN(
        const RedisAnswers answers,
        connection().try_at_once({{"XINFO", "GROUPS", settings_.list}, pending_command(limit)}));
    for (const GroupState& group : group_states(answers[0]))
      if (group.name == settings_.group) after_ = group.delivered_to;
    return pending_ids(answers[1]);
  }

  // Entries that the group was not handed, with everything that was read of them. Without a group
  // it is not known which were taken: then none stand there.
  void note_unread(const redisReply& behind, const State& state, const VoterIds& ids,
                   QueueList& list) const {
    list.length = state.unread.count;
    if (!state.group) return;
    std::vector<Entry> entries = entries_of(behind);
    std::erase_if(entries,
                  [&](const Entry& entry) { return entry.id <= state.group->delivered_to; });
    note_entries(entries, ids, list);
  }

  // What waits or is in hand, with an id of this run; without a group, whatever stands there.
  Result<std::vector<std::string>> own_entries(const VoterIds& ids) {
    TRY_ASSIGN(const std::vector<std::string> in_hand, look_at_group(kMostPending));
    const std::set<std::string> pending(in_hand.begin(), in_hand.end());
    const EntryId unread_from = is_grouped() ? after_ : EntryId{};
    std::vector<std::string> own;
    std::string from = in_hand.empty() ? "(" + unread_from.text() : in_hand.front();
    for (int page = 0; page < kMostPages; ++page) {
      TRY_ASSIGN(
          const RedisReply range,
          connection().ask_one(command({"XRANGE", from, "+", "COUNT", std::to_string(kPage)})));
      const std::vector<Entry> entries = entries_of(*range);
      for (const Entry& entry : entries)
        if ((entry.id > unread_from || pending.contains(entry.id.text())) &&
            holds_own({entry}, ids))
          own.push_back(entry.id.text());
      if (entries.empty()) break;
      from = "(" + entries.back().id.text();
    }
    return own;
  }

  QueueSettings settings_;
  RedisServer server_;
  EntryId after_;  // where the group was at the last look
};

Result<std::unique_ptr<QueueProbe>> open_stream(const QueueSettings& settings) {
  auto probe = std::make_unique<StreamProbe>(settings);
  TRY(probe->open());
  return std::unique_ptr<QueueProbe>(std::move(probe));
}

// The table of commands is the same for both but for who takes.
QueueUse use_of_stream(const QueueSnapshot& before, const QueueSnapshot& after) {
  QueueUse use = use_between(stream_commands(false), before, after);
  if (after.pushed == before.pushed && !use.pushes.empty())
    use.advice = "entries were added to another stream: is redis_stream.stream right?";
  return use;
}

Result<HostPort> address_of_stream(const QueueSettings& settings) {
  return redis_address(settings, "redis_stream");
}

std::string place_of_stream(const QueueSettings& settings) {
  return fmt::format("stream '{}'", printable(settings.list));
}

std::string blind_spot_of_stream(const QueueSettings& settings) {
  if (!settings.group.empty()) return {};
  return "readers without a group do not show what they have not read yet (redis_stream.group, or "
         "settle.quiet)";
}

}  // namespace
}  // namespace votebench::adapters::redis_stream

namespace votebench::adapters {

extern const QueueKind kRedisStream;
const QueueKind kRedisStream{.name = "redis_stream",
                             .title = "Redis",
                             .open = redis_stream::open_stream,
                             .use = redis_stream::use_of_stream,
                             .address = redis_stream::address_of_stream,
                             .place = redis_stream::place_of_stream,
                             .blind_spot = redis_stream::blind_spot_of_stream};

}  // namespace votebench::adapters
