// Which voters may vote again: a sliding window over the votes of one workload.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "core/rng.h"
#include "vote/vote.h"

namespace votebench::plan {

// The latest vote of a voter.
struct LatestVote {
  std::int64_t position = 0;  // on the axis that gaps are measured on, never decreasing
  VoterIndex voter = 0;
  std::uint32_t kth = 0;
  ChoiceIndex choice = 0;
};

// Distance between two votes of one voter, both ends included, min >= 1.
struct Gap {
  std::int64_t min = 1;
  std::int64_t max = 1;
};

// Every operation is O(1) amortised; memory holds the votes of the last `gap.max` of the axis and
// nothing older. Copyable: a copy continues alike. Not thread-safe.
class RevotePool {
 public:
  RevotePool() = default;
  explicit RevotePool(Gap gap) : gap_(gap) {}

  // Takes, uniformly, a vote made between gap.min and gap.max before `now` that has no successor
  // yet; it cannot be taken again. Nothing when there is none.
  [[nodiscard]] std::optional<LatestVote> take(std::int64_t now, Rng& rng);

  // Remembers a vote; positions never decrease, neither here nor in take().
  void add(const LatestVote& vote);

  // Votes held in memory.
  [[nodiscard]] std::size_t size() const { return window_.size(); }

 private:
  static constexpr std::uint32_t kNotEligible = 0xFFFFFFFF;
  struct Entry {
    LatestVote vote;
    std::uint32_t place = kNotEligible;  // in eligible_
  };

  void advance(std::int64_t now);
  void remove_eligible(std::uint32_t place);
  Entry& entry(std::uint64_t sequence) { return window_[sequence - first_]; }

  Gap gap_;
  std::deque<Entry> window_;             // in order of position
  std::uint64_t first_ = 0;              // sequence number of window_.front()
  std::uint64_t ripe_ = 0;               // every sequence below has been eligible
  std::vector<std::uint64_t> eligible_;  // sequence numbers, in no order
};

}  // namespace votebench::plan
