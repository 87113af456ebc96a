// How far a shard is, for whoever looks on. Nothing is concluded from it but that it goes on.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/result.h"

namespace votebench::shards {

// Votes, of the whole load so far.
struct Progress {
  std::uint64_t started = 0;
  std::uint64_t acked = 0;
  std::uint64_t rejected = 0;
  std::uint64_t ambiguous = 0;
  std::uint64_t not_sent = 0;

  Progress& operator+=(const Progress& other);
  friend bool operator==(const Progress&, const Progress&) = default;
};

// progress.json in the shard's directory, replaced as a whole.
[[nodiscard]] Result<> write_progress(const std::filesystem::path& shard, const Progress& progress);
// Zeros where there is none yet.
[[nodiscard]] Progress read_progress(const std::filesystem::path& shard);

}  // namespace votebench::shards
