// Scenarios and targets as text: YAML that parses back to the same value, and the list of settings
// that two runs are compared by.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scenario/scenario.h"
#include "vote/target_settings.h"

namespace votebench::scenario {

// Every key, also those left at their defaults, in the order of the description. Passwords are
// references to where they came from, never values; one whose origin is not known is `***`, which
// does not parse back.
[[nodiscard]] std::string to_yaml(const Scenario& scenario);

// A target file: the keys of `target:` without that level.
[[nodiscard]] std::string to_yaml(const TargetSettings& target);

// Path and value of every setting ("workloads.peak.rate", "400/s"), defaults too, in the order of
// to_yaml. Left out: the name, where it runs (stack, target) and what is written about it (report).
// Holds no secret. Two runs did the same if their settings are equal.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> settings_of(
    const Scenario& scenario);

}  // namespace votebench::scenario
