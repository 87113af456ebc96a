#include "scenario/extent.h"

#include <algorithm>
#include <type_traits>

namespace votebench::scenario {
namespace {

// Nothing when only the target decides when it ends.
std::optional<Nanoseconds> end_of(const Workload& workload) {
  Nanoseconds length{};
  if (const auto* constant = std::get_if<ConstantArrivalRate>(&workload.executor)) {
    length = constant->duration;
  } else if (const auto* ramp = std::get_if<RampingArrivalRate>(&workload.executor)) {
    for (const RampStage& stage : ramp->stages) length += stage.over;
  } else if (const auto* burst = std::get_if<Burst>(&workload.executor)) {
    if (!burst->within) return std::nullopt;
    length = *burst->within;
  } else {
    const auto& clients = std::get<ConstantClients>(workload.executor);
    if (!clients.duration) return std::nullopt;
    length = *clients.duration;
  }
  return workload.start_at + length;
}

}  // namespace

std::optional<Nanoseconds> planned_end(const Scenario& scenario) {
  Nanoseconds end{};
  for (const Workload& workload : scenario.workloads) {
    const auto own = end_of(workload);
    if (!own) return std::nullopt;
    end = std::max(end, *own);
  }
  return end;
}

bool all_valid(const Node& node) {
  const auto valid = [](const auto& members) {
    return std::all_of(members.begin(), members.end(), [](const auto& member) {
      if constexpr (std::is_same_v<std::decay_t<decltype(member)>, Member>)
        return all_valid(member.value);
      else
        return all_valid(member);
    });
  };
  return node.valid && node.complete && valid(node.members) && valid(node.items);
}

}  // namespace votebench::scenario
