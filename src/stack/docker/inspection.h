// What Docker's inspections print, as facts. They may hold anything; what is not understood is left
// out. Error (environment) of each: it is not what that inspection prints.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "stack/docker/container_facts.h"

namespace votebench::stack {

// Of the text that `docker inspect CONTAINER...` prints, sorted by service: of a task of a Swarm as
// far as its container tells (swarm_facts.h knows the rest).
[[nodiscard]] Result<std::vector<ContainerFacts>> parse_inspection(std::string_view json);

struct ServiceFacts {
  std::string full_name;                              // "STACK_vote"
  ContainerFacts task;                                // what all its tasks have in common
  std::map<std::uint16_t, std::uint16_t> node_ports;  // a task's port -> the one of its node
  bool is_job = false;                                // it ends
  bool is_scaled_to_0 = false;
};

// Of the text that `docker service inspect SERVICE...` prints.
[[nodiscard]] Result<std::vector<ServiceFacts>> parse_services(const std::string& stack,
                                                               std::string_view json);

// Of the text that `docker network inspect BRIDGE` prints: the id of a container -> its address.
[[nodiscard]] Result<std::map<std::string, std::string>> parse_bridge(std::string_view json);

}  // namespace votebench::stack
