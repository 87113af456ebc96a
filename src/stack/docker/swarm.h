// What Docker says about a stack of a Swarm.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/result.h"

namespace votebench::stack {

struct SwarmTask {
  std::string service;  // its full name: "STACK_vote"
  std::string node;     // the host name of the one that it is given to
  bool is_running = false;
  std::string error;  // why it does not run, where Docker says so
};

struct SwarmAnswers {
  std::string services{};               // `docker service inspect` of the stack's
  std::string containers{};             // `docker inspect` of its tasks on this node
  std::string gateway{};                // `docker network inspect docker_gwbridge`; "[]": none
  std::vector<std::string> overlays{};  // ids of networks that only containers are in
  std::vector<SwarmTask> tasks{};       // of now and before, newest first of each service
  std::map<std::string, std::string> nodes{};  // host name -> address
};

// Of all stacks that are deployed, sorted. Errors (environment): as of check_daemon; no swarm, or
// this node is no manager of it.
[[nodiscard]] Result<std::vector<std::string>> deployed_stacks();

[[nodiscard]] Result<SwarmAnswers> inspect_stack(const std::string& stack);

}  // namespace votebench::stack
