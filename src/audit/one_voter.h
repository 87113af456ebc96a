// One voter's votes, judged by the rules that judge() applies to all of them.
#pragma once

#include <vector>

#include "audit/audit.h"

namespace votebench::audit {

struct JudgedAttempt {
  AttemptNumber number = 0;
  Attempt attempt;
  VoteClass vote_class = VoteClass::pending;
};

// In the order of their starts. Empty for a voter without attempts, and where the app makes the
// voter ids (IdentityMode::none): then no row can be told to be a voter's.
[[nodiscard]] std::vector<JudgedAttempt> judge_voter(const AuditInput& input, VoterIndex voter);

}  // namespace votebench::audit
