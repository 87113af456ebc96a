// A vote before it is sent.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.h"
#include "vote/voter_id.h"

namespace votebench {

// The number of an attempt, its slot in the ledger. Every workload owns a contiguous range; numbers
// inside a closed workload's range that were never started stay empty.
using AttemptNumber = std::uint64_t;
using WorkloadIndex = std::uint8_t;

// A place in ChoiceNames. kOtherChoice stands for a value that the plan never sends.
using ChoiceIndex = std::uint8_t;
using ChoiceNames = std::vector<std::string>;
inline constexpr ChoiceIndex kOtherChoice = 0xFF;

struct PlannedVote {
  AttemptNumber number = 0;
  VoterIndex voter = 0;
  std::uint32_t kth = 0;  // 0 for a voter's first vote
  ChoiceIndex choice = 0;
  Nanoseconds due{};  // after the start of the load; closed models: zero, "as soon as possible"
};

}  // namespace votebench
