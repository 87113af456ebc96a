// Where the lost votes can have been lost, from counters alone (tier 0).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "audit/audit.h"

namespace votebench::audit {

// Accepted votes, but the lost ones, that cannot have been pushed; nothing where pushes are not
// known or suffice.
[[nodiscard]] std::optional<std::uint64_t> unpushed(const AuditInput& input,
                                                    const Verdict& verdict);

// How many of `verdict.lost` fall into which range of hops; the sum is their number. Uses the
// counts that `verdict` holds so far. (Design: audit, section 4, law L1.)
[[nodiscard]] std::map<HopRange, std::uint64_t> losses_by_hop(const AuditInput& input,
                                                              const Verdict& verdict);

// What the ranges take for granted and the counters cannot show; empty when nothing.
[[nodiscard]] std::string hop_condition(const AuditInput& input, const Verdict& verdict);

// What the ranges lean on beyond the counters; empty when they need nothing.
[[nodiscard]] std::string hop_assumption(const AuditInput& input, const Verdict& verdict);

}  // namespace votebench::audit
