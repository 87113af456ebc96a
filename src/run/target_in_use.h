// The target of a run: one that is already there, or a local stack that lives with the run.
#pragma once

#include <optional>
#include <string_view>

#include "run/display.h"
#include "run/execute.h"
#include "stack/local_stack.h"
#include "vote/evidence.h"
#include "vote/target_settings.h"

namespace votebench::run {

class TargetInUse {
 public:
  // A stack of the wanted name that is up already is used and left alone.
  [[nodiscard]] static Result<TargetInUse> open(const RunRequest& request, Display& display);

  [[nodiscard]] const TargetSettings& settings() const { return settings_; }
  [[nodiscard]] std::string describe() const;
  // True only when the process behind this Redis client is known to have ended.
  [[nodiscard]] bool client_is_dead(const QueueClient& client) const;
  // "kill", "worker" and the like, on a stack that votebench made. Thread-safe until close().
  // Error (environment): there is no such stack, or it cannot do that now.
  [[nodiscard]] Result<> control(std::string_view verb, std::string_view service) const;
  // Stops a stack that this run started (unless it is to be kept).
  [[nodiscard]] Result<> close(bool keep);

 private:
  TargetSettings settings_;
  std::optional<stack::LocalStack> stack_;
};

}  // namespace votebench::run
