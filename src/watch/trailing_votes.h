// Votes of ours that are cast when the load's have left the lists. Where the last of them has its
// row, whatever holds votes back until more come has let go of those before it; where it has none,
// the way is not open, and absence is no loss. They refute, and replace no other rule.
//
// Their ids are the top of the probes' range (kFirstTrailingIndex), so that everybody who meets one
// later knows it; they are in no sum of the audit.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "adapters/store.h"
#include "core/clock.h"
#include "core/result.h"
#include "vote/evidence.h"
#include "vote/voter_id.h"

namespace votebench::watch {

// Casts one vote and waits for its answer. Returns in which lists votes of ours were seen standing
// meanwhile, the main list first; empty: nobody looked. Error: it was not accepted, and why.
using CastOne = std::function<Result<std::vector<bool>>(VoterIndex)>;

// Not thread-safe. References outlive it.
class TrailingVotes {
 public:
  // Without `cast` none are cast, and the way counts as open. `lanes`: the lists that votes are
  // pushed to; consecutive trailing votes go to one after the other.
  TrailingVotes(CastOne cast, const VoterIds& ids, Clock& clock, std::size_t lanes = 1)
      : cast_(std::move(cast)), ids_(ids), clock_(clock), lanes_(lanes) {}

  [[nodiscard]] bool possible() const { return cast_ && refusals_ < kMostRefusals; }
  // Whether some are to be cast now: none were yet, or the last one came and other votes are
  // missing since, or it did not come for kPatience (a worker that drops votes may have dropped
  // it). Where no vote of ours was `seen` in a list yet, a few times more: a quick worker leaves
  // none standing.
  [[nodiscard]] bool due(const MissingVotes& missing, bool seen) const;
  // Casts as many as `consumers` known ones call for. An app that accepts none of them
  // kMostRefusals times is not asked again.
  void cast(std::size_t consumers, const MissingVotes& missing);
  // Looks for the rows of those that were cast; false when the store does not answer.
  bool look(adapters::RowStore& store);

  // The last one of each lane has its row, and no other vote has moved since it was cast.
  [[nodiscard]] bool came_through(const MissingVotes& missing) const;
  // Why not, for people; empty when it came through.
  [[nodiscard]] std::string obstacle(const MissingVotes& missing) const;

  [[nodiscard]] std::uint64_t cast_count() const { return cast_ids_.size(); }
  [[nodiscard]] std::uint64_t arrived() const { return arrived_; }
  // Votes that came while a trailing vote was under way.
  [[nodiscard]] std::uint64_t late(const MissingVotes& missing) const;
  // In which lists votes of ours were seen while they were cast.
  [[nodiscard]] const std::vector<bool>& seen_in() const { return seen_in_; }

 private:
  static constexpr int kMostRefusals = 3;

  CastOne cast_;
  const VoterIds& ids_;
  Clock& clock_;
  std::size_t lanes_;
  std::vector<std::string> cast_ids_;
  std::vector<bool> seen_in_;
  std::uint64_t arrived_ = 0;
  bool last_arrived_ = false;
  std::optional<MissingVotes> first_missing_;  // when the first of all were cast
  MissingVotes missing_;                       // when the last round was cast
  int rounds_ = 0;
  int refusals_ = 0;
  Instant last_cast_{};
  Instant next_try_{};
};

}  // namespace votebench::watch
