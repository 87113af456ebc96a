// What the table makes of votes, found out with the probe votes: how it spells the choices, and
// what becomes of a voter's second vote. (Design: proof, W2 and W3.)
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "run/preflight.h"
#include "vote/target_settings.h"

namespace votebench::run {

struct TableFindings {
  std::optional<RevoteRule> rule;  // what second votes have shown
  std::string untested;            // why they have not: a clause
  std::string choices;             // how the table says them: a clause; empty: not looked at
  std::vector<std::string> warnings;
  std::uint64_t further_rows = 0;  // beyond one for each probe voter
  bool values_change = false;      // a row was seen with one value and then with another
};

// REQUIRES: the first `probes` probe voters have rows, unless the table changes ids.
// Casts a second vote for three of them, and where that shows nothing one vote of a further voter.
// Errors (environment): the table spells the choices otherwise, it treats second votes in several
// ways, or what was cast does not arrive; with the line for the target file.
[[nodiscard]] Result<TableFindings> question_table(const PreflightInput& input,
                                                   const Adapters& adapters, std::uint64_t probes);

}  // namespace votebench::run
