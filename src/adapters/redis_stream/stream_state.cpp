#include "adapters/redis_stream/stream_state.h"

#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <algorithm>

#include "adapters/redis/redis_connection.h"
#include "adapters/redis/redis_text.h"
#include "core/number.h"

namespace votebench::adapters::redis_stream {
namespace {

// The value of `name` in a reply of names and values in turn; nullptr: there is none, or it is nil.
const redisReply* field_of(const redisReply& reply, std::string_view name) {
  for (std::size_t i = 0; i + 1 < reply.elements; i += 2) {
    const redisReply& value = *reply.element[i + 1];
    if (text_of(*reply.element[i]) == name) return value.type == REDIS_REPLY_NIL ? nullptr : &value;
  }
  return nullptr;
}

std::optional<std::uint64_t> count_of(const redisReply& reply, std::string_view name) {
  const redisReply* value = field_of(reply, name);
  return value != nullptr ? std::optional(number_of(*value)) : std::nullopt;
}

std::optional<EntryId> id_in(const redisReply& reply, std::string_view name) {
  const redisReply* value = field_of(reply, name);
  if (value != nullptr && value->elements > 0) value = value->element[0];  // a whole entry
  return value != nullptr ? parse_entry_id(text_of(*value)) : std::nullopt;
}

}  // namespace

std::string EntryId::text() const { return fmt::format("{}-{}", milliseconds, sequence); }

std::optional<EntryId> parse_entry_id(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto milliseconds = whole_number<std::uint64_t>(text.substr(0, dash));
  const auto sequence = whole_number<std::uint64_t>(text.substr(dash + 1));
  if (!milliseconds || !sequence) return std::nullopt;
  return EntryId{*milliseconds, *sequence};
}

std::vector<Entry> entries_of(const redisReply& reply) {
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < reply.elements; ++i) {
    const redisReply& one = *reply.element[i];
    if (one.elements != 2 || one.element[1]->type != REDIS_REPLY_ARRAY) continue;
    const auto id = parse_entry_id(text_of(*one.element[0]));
    if (!id) continue;
    Entry& entry = entries.emplace_back(Entry{*id, {}});
    for (std::size_t k = 0; k < one.element[1]->elements; ++k)
      entry.texts.push_back(text_of(*one.element[1]->element[k]));
  }
  return entries;
}

std::optional<std::string> voter_of_entry(const Entry& entry) {
  std::optional<std::string> voter;
  bool has_vote = false;
  for (std::size_t i = 0; i + 1 < entry.texts.size(); i += 2) {
    if (auto known = voter_of_payload(entry.texts[i + 1])) return known;
    if (entry.texts[i] == "voter_id") voter = entry.texts[i + 1];
    has_vote |= entry.texts[i] == "vote";
  }
  return has_vote ? voter : std::nullopt;
}

StreamState stream_state(const redisReply& reply) {
  return {count_of(reply, "length").value_or(0), id_in(reply, "first-entry"),
          id_in(reply, "last-entry"), count_of(reply, "entries-added")};
}

std::vector<GroupState> group_states(const redisReply& reply) {
  std::vector<GroupState> groups;
  if (reply.type != REDIS_REPLY_ARRAY) return groups;
  for (std::size_t i = 0; i < reply.elements; ++i) {
    const redisReply& one = *reply.element[i];
    const redisReply* name = field_of(one, "name");
    groups.push_back({name != nullptr ? std::string(text_of(*name)) : std::string(),
                      count_of(one, "pending").value_or(0),
                      id_in(one, "last-delivered-id").value_or(EntryId{}),
                      count_of(one, "entries-read"), count_of(one, "lag")});
  }
  return groups;
}

Unread unread_of(const StreamState& stream, const GroupState& group, const Behind& behind) {
  if (!stream.last || *stream.last <= group.delivered_to) return {0, true};
  if (stream.first && *stream.first > group.delivered_to) return {stream.length, true};
  if (behind.all && behind.after <= group.delivered_to)
    return {static_cast<std::uint64_t>(std::ranges::count_if(
                behind.ids, [&](const EntryId& id) { return id > group.delivered_to; })),
            true};
  const std::uint64_t estimate =
      group.lag
          ? *group.lag
          : stream.added.value_or(0) - std::min(stream.added.value_or(0), group.read.value_or(0));
  return {std::clamp<std::uint64_t>(estimate, 1, stream.length), false};
}

std::optional<std::uint64_t> removed_unread(const StreamState& stream, const GroupState& group,
                                            const Unread& unread) {
  if (!stream.added || !group.read || !unread.exact) return std::nullopt;
  const std::uint64_t accounted = *group.read + unread.count;
  return *stream.added - std::min(*stream.added, accounted);
}

}  // namespace votebench::adapters::redis_stream
