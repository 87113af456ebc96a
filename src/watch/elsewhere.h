// Votes of ours that stand somewhere else on the queue's server than in the lists that the target
// names: another list, a retry set, a renamed backlog.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "adapters/queue.h"
#include "core/clock.h"

namespace votebench::watch {

// Fed with looks; what a place is shows in time. A place that also holds votes with rows is a log
// and no obstacle. One without is a waiting room; where it has not changed for `max_hold`, nobody
// works it off, and what stands there is parked, not stored.
class ElsewhereCheck {
 public:
  explicit ElsewhereCheck(Nanoseconds max_hold) : max_hold_(max_hold) {}

  // `is_stored`: the vote of this voter has its row.
  void observe(Instant at, const adapters::Elsewhere& look,
               const std::function<bool(VoterIndex)>& is_stored);

  // Why absence proves nothing yet; empty: nothing waits elsewhere.
  [[nodiscard]] const std::string& obstacle() const { return obstacle_; }
  // What a claim leans on, a clause each: places that were not looked at, votes that are parked.
  [[nodiscard]] const std::vector<std::string>& assumptions() const { return assumptions_; }

 private:
  struct Room {
    std::vector<VoterIndex> votes;
    Instant changed_at;
  };

  Nanoseconds max_hold_;
  std::map<std::string, Room> rooms_;  // by the place's name
  std::string obstacle_;
  std::vector<std::string> assumptions_;
};

}  // namespace votebench::watch
