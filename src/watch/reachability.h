// Turns "the store answered" and "it did not" into one event per change.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "core/clock.h"
#include "core/result.h"
#include "vote/evidence.h"

namespace votebench::watch {

class Reachability {
 public:
  Reachability(std::string lost, std::string back)
      : lost_(std::move(lost)), back_(std::move(back)) {}

  // `error` is null when the store answered.
  std::optional<RunEvent> observe(Nanoseconds at, const Error* error) {
    const bool reachable = error == nullptr;
    if (reachable == std::exchange(reachable_, reachable)) return std::nullopt;
    return reachable ? RunEvent{at, back_, {}} : RunEvent{at, lost_, error->message};
  }

  [[nodiscard]] bool reachable() const { return reachable_; }

 private:
  std::string lost_;
  std::string back_;
  bool reachable_ = true;
};

}  // namespace votebench::watch
