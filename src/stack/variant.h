// How the local stack can behave: named presets of the flags of votestack's services.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "scenario/scenario.h"
#include "stack/kind.h"
#include "vote/target_settings.h"

namespace votebench::stack {

using scenario::WorkerKnobs;

// The knobs that are turned, as options of the command line: "--hold" -> "4s".
[[nodiscard]] OptionValues knob_options(const WorkerKnobs& knobs);
// Back; other options are left alone. Error (usage): no whole number, or no duration.
[[nodiscard]] Result<WorkerKnobs> knobs_of(const OptionValues& options);

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
