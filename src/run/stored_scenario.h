// The scenario of a stored run.
#pragma once

#include "core/result.h"
#include "ledger/run_directory.h"
#include "scenario/parse.h"
#include "scenario/scenario.h"

namespace votebench::run {

// For texts that name where secrets came from: none of them is read, a dash stands for each.
[[nodiscard]] scenario::ParseOptions without_secrets();

// With every default that was in force. Reads no secret and no environment: where the scenario
// refers to one, a dash stands.
[[nodiscard]] Result<scenario::Scenario> stored_scenario(const ledger::Manifest& manifest);

}  // namespace votebench::run
