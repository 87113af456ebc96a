// Is this target fit for runs? The preflight of a run by itself.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "scenario/scenario.h"
#include "vote/grounds.h"
#include "vote/target_settings.h"

namespace votebench::run {

struct TargetCheck {
  std::uint64_t probe_votes = 0;
  std::vector<std::pair<std::string, std::string>> facts;  // "table" -> "append"
  Grounds grounds;
  std::vector<std::string> warnings;
};

// What a check casts its votes by. `settings`: KEY=VALUE of a scenario, which say what the voters
// choose. Error (usage): a setting.
[[nodiscard]] Result<scenario::Scenario> scenario_of_check(
    const std::vector<std::string>& settings);

// Casts probe votes and follows each to its row, through the target's tunnel if it has one; they
// stay in the table. `settings` as above. Errors: usage (a setting), environment (what is not as it
// should be, and what to try).
[[nodiscard]] Result<TargetCheck> check_target(
    TargetSettings target, const std::vector<std::string>& settings,
    const std::function<void(std::string_view)>& progress, const std::stop_token& stop);

}  // namespace votebench::run
