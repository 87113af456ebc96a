// A voting stack among containers that belong together: who is who, and where they listen.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stack/docker/container_facts.h"
#include "stack/docker/roles.h"
#include "vote/target_settings.h"

namespace votebench::stack {

// A password that the containers are given.
struct FoundPassword {
  std::string value{};   // where it stands in a container's environment or command, or in a URL
  std::string file{};    // or the file of this machine that is mounted into the container
  std::string secret{};  // or the Swarm secret, whose value Docker shows nobody
  [[nodiscard]] bool empty() const { return value.empty() && file.empty() && secret.empty(); }
};

struct Recognised {
  TargetSettings target;  // without passwords
  FoundPassword redis;
  FoundPassword postgres;
  // One sentence each, for people: what was guessed, and what could not be found.
  std::vector<std::string> notes;
};

// From what the containers are (roles.h), their ports, commands and environment. Errors: those of
// find_roles; environment (one that has a role does not run, or the vote page cannot be reached).
[[nodiscard]] Result<Recognised> recognise(const std::vector<ContainerFacts>& containers,
                                           const ChosenServices& chosen);

}  // namespace votebench::stack
