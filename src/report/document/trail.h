// What is known of one voter's votes, from the plan to the table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "vote/attempt.h"
#include "vote/evidence.h"
#include "vote/verdict.h"

namespace votebench::report {

struct TrailVote {
  AttemptNumber number = 0;
  Attempt attempt;
  std::string workload;
  std::string choice;
  bool open = false;                    // it was due at a time; else as soon as its client was free
  std::optional<VoteClass> vote_class;  // nothing: the run was not judged
};

struct TrailRow {
  std::string choice;
  std::optional<Nanoseconds> committed;  // after t0, by our clock
};

struct Trail {
  std::string run_id, scenario, voter_id;
  VoterIndex voter = 0;
  WallTime t0{};
  std::vector<TrailVote> votes;               // in the order of their starts
  std::optional<std::vector<TrailRow>> rows;  // nothing: the table was not read
  Nanoseconds rows_uncertainty{};             // of their commit times
  std::optional<std::uint64_t> listed;        // elements in the list at the end; nothing: not read
  std::uint64_t in_flight = 0;                // ... in the side lists
  HopRange lost_at;                           // of a lost vote
  std::vector<RunEvent> events;               // near the votes
  std::vector<std::string> notes;
};

}  // namespace votebench::report
