// What Redis says of a stream, its entries and its groups, as values. Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct redisReply;

namespace votebench::adapters::redis_stream {

struct EntryId {
  std::uint64_t milliseconds = 0;
  std::uint64_t sequence = 0;
  friend auto operator<=>(const EntryId&, const EntryId&) = default;  // NOLINT: see .clang-tidy
  [[nodiscard]] std::string text() const;                             // "1700000000000-1"
};
// Nothing: no id.
[[nodiscard]] std::optional<EntryId> parse_entry_id(std::string_view text);

struct Entry {
  EntryId id;
  std::vector<std::string_view> texts;  // names and values of its fields, in turn; of the reply
};
// Of a reply to XRANGE and the like. What was removed meanwhile is left out.
[[nodiscard]] std::vector<Entry> entries_of(const redisReply& reply);
// Whose vote an entry of a known form is: a field is a payload of the known form, or the entry has
// the fields "voter_id" and "vote".
[[nodiscard]] std::optional<std::string> voter_of_entry(const Entry& entry);

// XINFO STREAM.
struct StreamState {
  std::uint64_t length = 0;
  std::optional<EntryId> first;  // of the entries that it holds
  std::optional<EntryId> last;
  std::optional<std::uint64_t> added;  // ever; nothing: a server that does not count them
};
[[nodiscard]] StreamState stream_state(const redisReply& reply);

// XINFO GROUPS.
struct GroupState {
  std::string name;
  std::uint64_t pending = 0;
  EntryId delivered_to;               // the last entry that it was handed
  std::optional<std::uint64_t> read;  // entries that it was handed, ever
  std::optional<std::uint64_t> lag;   // those it was not; also counts what was removed before
};
[[nodiscard]] std::vector<GroupState> group_states(const redisReply& reply);

// Entries that the group was not handed yet.
struct Unread {
  std::uint64_t count = 0;
  bool exact = true;  // else the server's own estimate
};
// `behind`: the first entries behind `after`; `all`: there are no more than these.
struct Behind {
  EntryId after;
  std::vector<EntryId> ids;
  bool all = true;
};
[[nodiscard]] Unread unread_of(const StreamState& stream, const GroupState& group,
                               const Behind& behind);

// Entries that were removed before the group was handed them; nothing: not known.
[[nodiscard]] std::optional<std::uint64_t> removed_unread(const StreamState& stream,
                                                          const GroupState& group,
                                                          const Unread& unread);

}  // namespace votebench::adapters::redis_stream
