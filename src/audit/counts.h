// Votes without an identity of ours (the app makes the voter ids): only the number of votes and
// rows per choice can be compared.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audit/ballots.h"
#include "audit/judgement.h"

namespace votebench::audit {

struct Balance {
  bool complete = true;  // every row of the table is in one of the counts
  std::vector<ChoiceCount> choices;
  bool surplus_is_ours = false;  // then it is in the judgement: counted twice
  std::uint64_t surplus = 0;     // else: rows beyond every vote that may have been counted
  // Accepted votes that their choice's rows cover, but only together with votes of another origin:
  // ambiguous ones (of counters these make an interval, and are said), or those that were queued
  // before the run. Their loss would not show.
  std::uint64_t unproven = 0;
};

// Counts the votes into `judgement`. A missing vote is lost where absence is proven.
[[nodiscard]] Balance judge_counts(const AuditInput& input, Ballots& ballots, Judgement& judgement);

}  // namespace votebench::audit
