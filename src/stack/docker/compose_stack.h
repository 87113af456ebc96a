// The voting stack as Docker containers: a thin driver of `docker compose` over infra/compose/.
//
// artifacts/NAME/ holds stack.env and secrets/ (stack/docker/compose_project.h), target.yaml,
// provisioning.json (which images and which revision of this repository run) and logs/compose.log
// (what the tools printed). Only the log is left after `down`.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "stack/docker/compose_project.h"
#include "stack/docker/docker.h"
#include "stack/kind.h"

namespace votebench::stack {

class ComposeStack {
 public:
  // Returns when every container is healthy; about 15 s when the images are there. A stack that an
  // interrupted call left half up is completed. On failure it stays as it is, to be looked at.
  // Errors: usage (another one of this name is up), environment (no Docker, an unhealthy service).
  [[nodiscard]] static Result<ComposeStack> bring_up(const ComposeChoice& choice,
                                                     const Progress& progress,
                                                     std::stop_token stop = {});
  ComposeStack(ComposeStack&&) noexcept = default;
  ~ComposeStack() = default;

  [[nodiscard]] const StackId& id() const { return id_; }
  [[nodiscard]] const TargetSettings& target() const { return target_; }
  // "compose: vote http://127.0.0.1:20481/, result http://... (images: ours, variant reference)".
  [[nodiscard]] std::string describe() const { return description_; }

 private:
  ComposeStack() = default;

  StackId id_;
  TargetSettings target_;
  std::string description_;
};

// True when artifacts/NAME is a compose stack's, up or half up.
[[nodiscard]] bool is_compose(const StackId& id);

// Containers, networks and volumes are gone when it returns, and proven to be. May be repeated.
// Error (environment): something is left (named), or Docker does not answer.
[[nodiscard]] Result<> compose_down(const StackId& id, const Progress& progress);

[[nodiscard]] Result<std::vector<Container>> compose_status(const StackId& id);

// The last lines of each service, safe for a terminal, line by line to `print`.
[[nodiscard]] Result<> compose_logs(const StackId& id, const LogRequest& request,
                                    const Progress& print);

// Empties table, queue and side lists while the workers are stopped.
[[nodiscard]] Result<> compose_reset(const StackId& id);

// A fault: `docker kill`, stop, pause, unpause, start or restart of a service's container. After a
// start returns when it is healthy. Error (environment): Docker's own words.
[[nodiscard]] Result<> compose_control(const StackId& id, std::string_view verb,
                                       std::string_view service);

}  // namespace votebench::stack
