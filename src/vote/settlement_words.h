// How a drain that did not end is told.
#pragma once

#include <string>

#include "vote/evidence.h"

namespace votebench {

// "worker 9.9/s: needs 3m53s; set drain.timeout: 5m"; empty where Settlement::enough_time() does
// not know.
[[nodiscard]] std::string time_needed(const Settlement& settlement);

}  // namespace votebench
