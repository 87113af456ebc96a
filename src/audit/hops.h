// Where the lost votes can have been lost, from counters alone (tier 0).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "audit/audit.h"

namespace votebench::audit {

// How many of `verdict.lost` fall into which range of hops; the sum is their number. Uses the
// counts that `verdict` holds so far. (Design: audit, section 4, law L1.)
[[nodiscard]] std::map<HopRange, std::uint64_t> losses_by_hop(const AuditInput& input,
                                                              const Verdict& verdict);

// What the ranges lean on beyond the counters; empty when they need nothing.
[[nodiscard]] std::string hop_assumption(const AuditInput& input, const Verdict& verdict);

}  // namespace votebench::audit
