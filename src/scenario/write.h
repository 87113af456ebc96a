// A Scenario or target as YAML that parses back to the same value.
#pragma once

#include <string>

#include "scenario/scenario.h"
#include "vote/target_settings.h"

namespace votebench::scenario {

// Every key, also those left at their defaults, in the order of the table of keys. Passwords are
// references to where they came from, never values; one whose origin is not known is `***`, which
// does not parse back.
[[nodiscard]] std::string to_yaml(const Scenario& scenario);

// A target file, without the `target:` level.
[[nodiscard]] std::string to_yaml(const TargetSettings& target);

}  // namespace votebench::scenario
