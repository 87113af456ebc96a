// What the drain says to people. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vote/evidence.h"
#include "vote/target_settings.h"

namespace votebench::watch {

// Where a drain stood when it was given up.
struct GivenUp {
  bool interrupted = false;
  std::uint64_t waiting = 0;             // elements in the lists
  std::optional<std::uint64_t> missing;  // acked votes without a row; nothing: not known
  std::string obstacle;                  // why no proof was found, a clause; may be empty
};

// "2,310 votes still queued after 60 s (worker 9.9/s: needs 3m53s; set drain.timeout: 5m)".
// Takes drain, rate and time still needed from `settlement`.
[[nodiscard]] std::string reason_of(const GivenUp& state, const Settlement& settlement);

// What "nobody holds a vote" leans on. Where workers have had max_hold, it does not matter whether
// all of their connections were seen.
[[nodiscard]] std::vector<std::string> empty_handed_assumptions(const TargetSettings& target,
                                                                bool leans_on_max_hold);

// What "nothing moved for the declared time" leans on.
[[nodiscard]] std::vector<std::string> quiet_assumptions(const TargetSettings& target);

}  // namespace votebench::watch
