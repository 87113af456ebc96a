// What Docker says about a compose project, through its command line client.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "core/result.h"

namespace votebench::stack {

// {"docker", "compose"} or {"docker-compose"}. Error (environment): neither is here, or no daemon
// answers.
[[nodiscard]] Result<std::vector<std::string>> find_compose();

// Of all projects with running containers, sorted. Error (environment): no docker program, no
// daemon, or we may not use it.
[[nodiscard]] Result<std::vector<std::string>> running_projects();

// What `docker inspect` prints about the running containers of a project, without one-off ones.
[[nodiscard]] Result<std::string> inspect_project(const std::string& project);

struct Container {
  std::string id;
  std::string service;
  std::string state;   // "running", "exited", "restarting"
  std::string status;  // "Up 4 seconds (healthy)"

  [[nodiscard]] bool running() const { return state == "running"; }
  // Running, and its health check (if it has one) passes.
  [[nodiscard]] bool healthy() const {
    return running() && (status.find("(healthy)") != std::string::npos ||
                         status.find("health") == std::string::npos);
  }
};

// Of its services, also those that do not run, without one-off ones such as seed; sorted by
// service.
[[nodiscard]] Result<std::vector<Container>> containers_of(const std::string& project);

// "network NAME", "volume NAME", "container NAME": everything that carries the project's label.
[[nodiscard]] Result<std::vector<std::string>> belongings_of(const std::string& project);

// The image that a container runs.
struct RunningImage {
  std::string service;
  std::string name;                  // as the compose file says
  std::string id;                    // sha256:... of its configuration
  std::vector<std::string> digests;  // name@sha256:... where a registry has it; none: built here
};

[[nodiscard]] Result<std::vector<RunningImage>> images_of(const std::vector<Container>& containers);

}  // namespace votebench::stack
