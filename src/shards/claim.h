// Which shard a process is, and that no other has been it before. A claim is the making of a
// directory: one mkdir succeeds, on NFS too (RFC 1813, 3.3.9). It comes before the first byte and
// is never taken back: engines start tasks again (a Slurm requeue, a Swarm job, a pod in another's
// place), and a vote that may have been sent is never sent again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "vote/evidence.h"

namespace votebench::shards {

// Who made a claim; claim.json in the shard's directory.
struct Claim {
  std::string host;
  std::string boot_id;
  WallTime at{};                       // by the directory's clock
  std::optional<ClockOffset> clock{};  // of it, against the claimant's own
};

// What an environment variable says; nothing: it is not set.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

// The index that an engine gave this process: JOB_COMPLETION_INDEX (Kubernetes),
// SLURM_ARRAY_TASK_ID from SLURM_ARRAY_TASK_MIN on, AWS_BATCH_JOB_ARRAY_INDEX, or VOTEBENCH_SLOT
// (for Swarm: infra/load/swarm.sh). Error (usage): none of them, or no index of
// `shards`.
[[nodiscard]] Result<std::uint32_t> index_of_engine(const Environment& environment,
                                                    std::uint32_t shards);

// D/shards/I.
[[nodiscard]] std::filesystem::path shard_directory(const std::filesystem::path& directory,
                                                    std::uint32_t index);

struct Claiming {
  bool ours = false;
  std::optional<Claim> before{};  // who had it; nothing: that was never written down
};
// Makes the directory of the shard and writes `claim` there, unless it is there already. Error
// (environment): it cannot be made.
[[nodiscard]] Result<Claiming> claim_shard(const std::filesystem::path& directory,
                                           std::uint32_t index, const Claim& claim);
// Nothing: it is not claimed, or nobody wrote down by whom.
[[nodiscard]] std::optional<Claim> read_claim(const std::filesystem::path& shard);

}  // namespace votebench::shards
