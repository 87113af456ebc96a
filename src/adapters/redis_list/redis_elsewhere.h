// Ids of a run in the keys of a Redis that are not its declared lists.
#pragma once

#include "adapters/queue.h"

namespace votebench::adapters {

// Over a connection of its own. Reads names and values of lists, sorted sets, sets, hashes, strings
// and streams; changes nothing.
[[nodiscard]] Result<Elsewhere> find_in_other_keys(const QueueSettings& settings,
                                                   const VoterIds& ids,
                                                   const ElsewhereLimits& limits);

}  // namespace votebench::adapters
