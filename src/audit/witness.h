// Every anomaly that is claimed, with the attempt and the row that prove it.
#pragma once

#include <vector>

#include "audit/ballots.h"
#include "audit/judgement.h"

namespace votebench::audit {

// Writes the suspicions out, in their order. Reads the attempts once more when there are any.
// `lost_at` is the range that holds for every lost vote.
[[nodiscard]] std::vector<Finding> write_findings(const AuditInput& input, const Ballots& ballots,
                                                  const std::vector<Suspicion>& suspicions,
                                                  HopRange lost_at);

// The rows of input.second_look->gone, in their order.
[[nodiscard]] std::vector<Finding> gone_findings(const AuditInput& input);

}  // namespace votebench::audit
