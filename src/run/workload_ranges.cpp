#include "run/workload_ranges.h"

namespace votebench::run {

std::vector<ledger::WorkloadRange> workload_ranges(const plan::RunPlan& plan) {
  std::vector<ledger::WorkloadRange> ranges;
  for (const plan::WorkloadPlan& workload : plan.workloads())
    ranges.push_back(
        {workload.workload().name, workload.first(), workload.reserved(), workload.total()});
  return ranges;
}

}  // namespace votebench::run
