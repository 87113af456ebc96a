// What the tests of the judgement share: two choices, and the verdict on a case.
#pragma once

#include <string>
#include <vector>

#include "audit/judge_one.h"
#include "support/case_file.h"

namespace votebench::support {

inline constexpr ChoiceIndex kA = 0;
inline constexpr ChoiceIndex kB = 1;

inline Verdict judge(const CaseFile& file) { return audit::judge_one(file.input()); }

inline std::string first(const std::vector<std::string>& lines) {
  return lines.empty() ? "(nothing)" : lines.front();
}

// `count` voters whose votes for `a` have their rows.
inline CaseFile persisted(VoterIndex count) {
  CaseFile file;
  for (VoterIndex voter = 0; voter < count; ++voter)
    file.vote(voter, kA, Outcome::acked).row(voter, kA);
  return file;
}

}  // namespace votebench::support
