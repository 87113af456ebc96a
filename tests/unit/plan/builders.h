// Short ways to a scenario with one workload, and to all its votes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/check.h"
#include "plan/plan.h"

namespace votebench::plan::test {

inline scenario::Workload workload(scenario::Executor executor, std::string name = "load") {
  scenario::Workload made;
  made.name = std::move(name);
  made.executor = std::move(executor);
  return made;
}

inline scenario::Scenario scenario_of(std::vector<scenario::Workload> workloads) {
  scenario::Scenario made;
  made.name = "test";
  made.seed = 42;
  made.workloads = std::move(workloads);
  return made;
}

inline scenario::Scenario scenario_of(scenario::Executor executor) {
  return scenario_of(std::vector{workload(std::move(executor))});
}

inline RunPlan plan_of(const scenario::Scenario& scenario) {
  Result<RunPlan> plan = RunPlan::make(scenario);
  CHECK_THAT_HOLDS(plan.has_value());
  return std::move(*plan);
}

inline std::vector<PlannedVote> take(VoteStream stream, std::size_t limit = SIZE_MAX) {
  std::vector<PlannedVote> votes;
  while (votes.size() < limit) {
    const std::optional<PlannedVote> vote = stream.next();
    if (!vote) break;
    votes.push_back(*vote);
  }
  return votes;
}

inline std::vector<PlannedVote> votes_of(const scenario::Scenario& scenario,
                                         std::size_t limit = SIZE_MAX) {
  const RunPlan plan = plan_of(scenario);
  return take(plan.workloads().front().votes(), limit);
}

inline double seconds(Nanoseconds time) { return std::chrono::duration<double>(time).count(); }

}  // namespace votebench::plan::test
