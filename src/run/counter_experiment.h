// Does each choice have the counter that the target names for it, and does anybody else vote? Found
// out with probe votes, one choice after the other: swapped counters rise alike.
#pragma once

#include <cstdint>
#include <string>

#include "run/preflight.h"

namespace votebench::run {

struct CounterFindings {
  std::uint64_t cast = 0;  // votes, a choice each
  bool shared = false;     // the counters rose by more than our votes, or moved without one
};

// REQUIRES: votes of ours that were cast before are counted; then the counters' sum is `sum`, if
// nobody else votes. `voter`: the first index that may vote.
// Errors (environment): a vote raised another counter than its own, or none; with what to do.
[[nodiscard]] Result<CounterFindings> question_counters(const PreflightInput& input,
                                                        const Adapters& adapters, VoterIndex voter,
                                                        std::uint64_t sum);

// The choices of the plan that the target names no counter for. Error: there are some.
[[nodiscard]] Result<> check_counted_choices(const PreflightInput& input);

}  // namespace votebench::run
