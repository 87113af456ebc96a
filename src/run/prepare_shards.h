// Writes the ticket of a run that several processes will send together, and the files by which
// engines start them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/invocation.h"
#include "core/result.h"
#include "scenario/scenario.h"
#include "vote/target_settings.h"

namespace votebench::run {

struct ShardsRequest {
  scenario::Scenario scenario;
  std::string scenario_text;  // as written
  TargetSettings target;
  std::uint32_t shards = 2;
  Nanoseconds start_in = std::chrono::seconds(90);
  std::filesystem::path directory;
  std::vector<std::string> tags;
  Invocation invocation{};
};

struct PreparedShards {
  std::string run_id;
  WallTime start{};  // by this machine's clock
  // What to type, in this order; the observer first.
  std::string observe;
  std::vector<std::pair<std::string, std::string>> engines;  // "Slurm" -> "sbatch ..."
};

// Sends nothing. Errors (usage): the scenario or the target cannot be sent by so many processes;
// the directory holds a ticket already.
[[nodiscard]] Result<PreparedShards> prepare_shards(const ShardsRequest& request);

}  // namespace votebench::run
