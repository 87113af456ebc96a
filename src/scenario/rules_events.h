// The rules of `events`.
#pragma once

#include "scenario/context.h"
#include "scenario/node.h"
#include "scenario/scenario.h"

namespace votebench::scenario {

inline constexpr std::size_t kMaxEvents = 64;

// Adds a diagnostic for every rule that the events break: times that fit the load and each other,
// one thing that happens per event, names that tell them apart, faults only on a stack that
// votebench made, and no variable in a command (what it stands for would be in reports and in the
// process list).
void check_events(const Node& root, const Scenario& scenario, Context& context);

}  // namespace votebench::scenario
