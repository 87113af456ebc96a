// What the drain says to people. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vote/evidence.h"
#include "vote/target_settings.h"
#include "watch/empty_handed.h"

namespace votebench::watch {

// Where a drain stood when it was given up.
struct GivenUp {
  bool interrupted = false;
  std::uint64_t waiting = 0;             // elements in the lists
  std::optional<std::uint64_t> missing;  // acked votes without a row; nothing: not known
  std::string obstacle;                  // why no proof was found, a clause; may be empty
  std::string elsewhere{};               // what stands in other places; may be empty
  bool counters = false;                 // there are no rows, only counts
};

// "2,310 votes still queued after 60 s (worker 9.9/s: needs 3m53s; set drain.timeout: 5m)".
// Takes drain, rate and time still needed from `settlement`.
[[nodiscard]] std::string reason_of(const GivenUp& state, const Settlement& settlement);

// "every vote has its row, and 1 element is left in votes:processing". `look` is of that queue.
[[nodiscard]] std::string left_in_lists(const QueueSettings& queue, const QueueSnapshot& look);

// What "nobody holds a vote" leans on. Where workers have had max_hold, or their votes stand in
// side lists, it does not matter whether all of their connections were seen.
[[nodiscard]] std::vector<std::string> empty_handed_assumptions(const TargetSettings& target,
                                                                const HandsFinding& hands);

// What the drain found out of workers and ways.
struct DrainFindings {
  std::string serial_refuted{};      // why one vote at a time cannot be; empty: it was not refuted
  std::uint64_t serial_samples = 0;  // readings that could have refuted it
  std::size_t consumers = 0;         // clients that took votes, seen at any time
  bool hands_are_empty = false;      // each of them was looked at, and none holds a vote
  std::vector<std::string> side_lists{};  // that showed what is in hand instead; empty: none did
  bool shows_hands = false;               // the queue itself knows what workers have in hand
  std::string settled_early{};            // why it knows too little; empty: not refuted
  std::uint64_t settling_samples = 0;     // readings that could have refuted it
  std::uint64_t taken_bare = 0;           // elements that it handed out and never had in hand
  std::uint64_t handed_over = 0;  // calls that may have given one worker what another one has
  // The other places of the queue's server, and of the table's database, were looked at.
  bool nothing_elsewhere = false;
  bool counters = false;  // there is no table, only counts
};
// Takes trailing votes from `settlement`.
[[nodiscard]] Grounds grounds_of_drain(const DrainFindings& found, const Settlement& settlement);

// What "nothing moved for the declared time" leans on.
[[nodiscard]] std::vector<std::string> quiet_assumptions(const TargetSettings& target, bool queue);

}  // namespace votebench::watch
