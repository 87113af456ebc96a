// A stack of a Swarm, as far as it helps to find a voting stack in it.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "stack/docker/container_facts.h"
#include "stack/docker/swarm.h"

namespace votebench::stack {

// Each running task, as its container tells where that is on this node, or as its service tells; of
// a service without any one that is stopped. Jobs are left out: they run once. Sorted by service.
// Error (environment): an answer is not what it should be.
[[nodiscard]] Result<std::vector<ContainerFacts>> facts_of_stack(const std::string& stack,
                                                                 const SwarmAnswers& answers);

}  // namespace votebench::stack
