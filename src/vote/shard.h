// Several processes that send the votes of one plan together. Each owns the voters whose index
// leaves its number when divided by the number of shards, so that all votes of a voter, and their
// order, are one shard's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "vote/voter_id.h"

namespace votebench {

// Shard `index` of `count`; a run of one process is the only one.
struct Shard {
  std::uint32_t index = 0;
  std::uint32_t count = 1;

  [[nodiscard]] bool owns(VoterIndex voter) const { return voter % count == index; }
};

// Some of them.
struct ShardSet {
  std::uint32_t count = 1;
  std::vector<std::uint32_t> indexes{};

  [[nodiscard]] bool owns(VoterIndex voter) const {
    return std::ranges::find(indexes, voter % count) != indexes.end();
  }
};

}  // namespace votebench
