// How the local stack can behave: named presets of the flags of votestack's services.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "vote/target_settings.h"

namespace votebench::stack {

// What a user may change about the worker; an empty value leaves the variant's own.
struct WorkerKnobs {
  std::optional<std::uint32_t> workers;  // 1..64 processes
  std::optional<std::uint32_t> batch;    // votes per write, at least 1
  std::optional<Nanoseconds> poll;       // pause between two looks at an empty queue
  std::optional<Nanoseconds> hold;       // between pop and write
  std::string order;                     // "ack-after-write" or "pop-before-write"
};

// "reference", "dockersamples", "append-table", "always-200", "keep-alive", "prefetch".
[[nodiscard]] const std::vector<std::string>& variant_names();
// When a worker takes a vote off the queue.
[[nodiscard]] const std::vector<std::string>& worker_orders();

// What a target with this variant behaves like, without addresses: the contract profile, the vote
// path, the side lists, and what the settled rule may assume of the worker.
// Error (usage): no such variant, or a knob out of range.
[[nodiscard]] Result<TargetSettings> variant_settings(std::string_view variant,
                                                      const WorkerKnobs& knobs);

}  // namespace votebench::stack
