// Votes of ours that stand somewhere else than in the lists and the table that the target names:
// another list, a retry set, a renamed backlog, a table of failed votes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "adapters/elsewhere.h"
#include "core/clock.h"

namespace votebench::watch {

// What a look has to decide.
struct ElsewhereQuestion {
  Instant at{};
  WallTime wall{};                        // the same
  const std::vector<VoterIndex>& stored;  // voters with rows, ascending
  bool votes_are_missing = false;         // else: whether rows may still be changed, or joined
  bool in_hand_elsewhere = false;  // what workers have in hand is in lists: no place is a log
  bool leans_on_quiet = false;     // the target says how long to wait, and that has passed
  // Commands that may have put votes anywhere on the queue's server.
  std::vector<std::string> moved_unseen{};
};

// Fed with looks; what a place is shows in time. A log is no obstacle: where votes are missing, a
// place of which nearly all votes have rows; where none is, one that holds most of the run's. Any
// other place is a waiting room: what stands there may still come to the table, or again. Where
// votes are missing and a room has not changed for `max_hold` (where it holds times, since the last
// of them was due), nobody works it off, and what stands there is parked, not stored.
class ElsewhereCheck {
 public:
  explicit ElsewhereCheck(Nanoseconds max_hold) : max_hold_(max_hold) {}

  // `queue`: on the queue's server; `store`: in the table's database.
  void observe(const ElsewhereQuestion& question, const adapters::Elsewhere& queue,
               const adapters::Elsewhere& store = {});

  // Why absence proves nothing yet; empty: nothing waits elsewhere.
  [[nodiscard]] const std::string& obstacle() const { return obstacle_; }
  // What a claim leans on, a clause each: places that were not looked at, votes that are parked.
  [[nodiscard]] const std::vector<std::string>& assumptions() const { return assumptions_; }

 private:
  struct Room {
    std::vector<VoterIndex> votes;
    Instant changed_at;
  };
  void note_cut(const ElsewhereQuestion& question, const adapters::Elsewhere& queue);
  void note_room(const ElsewhereQuestion& question, const adapters::Place& place,
                 const Room* before);

  Nanoseconds max_hold_;
  std::map<std::string, Room> rooms_;  // by the place's name
  std::string obstacle_;
  std::vector<std::string> assumptions_;
};

}  // namespace votebench::watch
