// The ids that an app makes itself, as its answers told them: whose vote each one belongs to.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "vote/vote.h"

namespace votebench {

// Thread-safe. About 140 bytes per id of 36 characters.
class IdBook {
 public:
  // Longer ones, empty ones, and those with control characters are no ids.
  static constexpr std::size_t kLongest = 62;
  [[nodiscard]] static bool may_be_id(std::string_view text);
  // Pieces of unknown bytes that are shorter than this are taken for no id: "12" may be anything.
  static constexpr std::size_t kShortestPiece = 8;

  // False: another voter was told this id before (repeat_of), or it is none.
  bool add(VoterIndex voter, std::string_view id);
  // Whose id that is, also where it is written in another case or with other dashes, as databases
  // do, unless that fits several.
  [[nodiscard]] std::optional<VoterIndex> voter_of(std::string_view id) const;
  [[nodiscard]] std::string id_of(VoterIndex voter) const;  // empty: none is known
  // Those of probe votes and trailing ones.
  [[nodiscard]] std::map<VoterIndex, std::string> probe_ids() const;
  // Who was told the id of this voter before.
  [[nodiscard]] std::optional<VoterIndex> repeat_of(VoterIndex voter) const;
  [[nodiscard]] std::uint64_t repeats() const;

 private:
  [[nodiscard]] std::optional<VoterIndex> find(std::string_view id) const;
  [[nodiscard]] std::string_view stored(VoterIndex voter) const;

  mutable std::mutex mutex_;
  std::deque<std::string> ids_;                  // of votes, by voter
  std::map<VoterIndex, std::string> probe_ids_;  // at the other end of the numbers
  // By the hash of what is left of an id in lower case and without marks.
  std::unordered_multimap<std::size_t, VoterIndex> voters_;
  std::map<VoterIndex, VoterIndex> repeats_;
};

// Letters and digits alone, in lower case.
[[nodiscard]] std::string squeezed(std::string_view text);

}  // namespace votebench
