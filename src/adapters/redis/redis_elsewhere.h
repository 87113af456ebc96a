// Ids of a run in the keys of a Redis that the target does not name.
#pragma once

#include <string>
#include <vector>

#include "adapters/queue.h"
#include "adapters/redis/redis_connection.h"

namespace votebench::adapters {

// Over a connection of its own. Reads names and values of lists, sorted sets, sets, hashes, strings
// and streams; changes nothing.
// Which keys of a Redis are to be left out: those that the target names.
struct NamedKeys {
  const QueueSettings& settings;
  RedisWords words;
  std::vector<std::string> names;
};

[[nodiscard]] Result<Elsewhere> find_in_other_keys(const NamedKeys& named, const VoterIds& ids,
                                                   const ElsewhereLimits& limits);

}  // namespace votebench::adapters
