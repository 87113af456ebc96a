// What a scenario does, as a flat list: to tell whether two runs did the same.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scenario/scenario.h"

namespace votebench::scenario {

// Path and value of every setting ("workloads.peak.rate", "400/s"), defaults too, in the order of
// the table of keys. Left out: the name, where it runs (stack, target) and what is written about it
// (report). Holds no secret.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> settings_of(
    const Scenario& scenario);

}  // namespace votebench::scenario
