// What a plan reserves in the ledger.
#pragma once

#include <vector>

#include "ledger/manifest.h"
#include "plan/plan.h"

namespace votebench::run {

[[nodiscard]] std::vector<ledger::WorkloadRange> workload_ranges(const plan::RunPlan& plan);

}  // namespace votebench::run
