// Where else than in the named lists and the named table ids of a run stand, on the queue's server
// or in the table's database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "vote/voter_id.h"

namespace votebench::adapters {

struct Place {
  std::string database;
  std::string
      name;  // with "*" where ids of ours stand in it: one place for "vote:ID" of many votes
  std::string kind;             // as people call it: "list", "hash", "table"
  std::vector<VoterIndex> own;  // votes, no probes; the first of them
  bool complete = true;         // all of it was looked at, and all of them are named
  // When the latest of them is due, where the place holds times: a set of jobs to be tried again.
  std::optional<WallTime> due{};
};

struct Elsewhere {
  std::vector<Place> places;
  std::string cut_short;       // why not everything was looked at, a clause; empty: it was
  bool others_unseen = false;  // nor do this server's counters show what was done there
};

struct ElsewhereLimits {
  std::uint64_t keys = 100'000;     // or tables
  std::uint64_t elements = 10'000;  // of one key, or rows of one table
  Nanoseconds time = std::chrono::seconds(1);
};

}  // namespace votebench::adapters
