// Who is who among the containers of a compose project, or the tasks of a Swarm stack.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "stack/docker/container_facts.h"
#include "vote/names.h"

namespace votebench::stack {

enum class Role {
  vote,
  worker,
  result,
  redis,
  postgres,
  proxy,  // in front of others
  store,  // one that votebench does not read
  other,  // a known helper
};
constexpr std::array<std::string_view, 8> names_of(Role) {
  return {"vote", "worker", "result", "redis", "postgres", "proxy", "store", "other"};
}
// Those that a target describes.
inline constexpr std::array kRoles{Role::vote, Role::worker, Role::result, Role::redis,
                                   Role::postgres};

// The user's word on which service has a role; empty: the user said nothing.
using ChosenServices = std::map<Role, std::string>;

struct Roles {
  std::map<Role, const ContainerFacts*> containers;  // none for a role that nothing looks like
  std::vector<std::string> notes;                    // what was guessed
  // Null: none has this role.
  [[nodiscard]] const ContainerFacts* of(Role role) const;
};

// The strongest clue (roles.cpp) decides what a container is, and who has a role. The containers
// must outlive the result. Errors: usage (a chosen service is not there), environment (nothing
// looks like a vote service; several services look the same: the user is to choose).
[[nodiscard]] Result<Roles> find_roles(const std::vector<ContainerFacts>& containers,
                                       const ChosenServices& chosen);

}  // namespace votebench::stack
