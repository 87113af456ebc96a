// A server's clock against ours: its reading lies between two of ours.
#pragma once

#include <functional>

#include "core/clock.h"
#include "core/result.h"
#include "vote/evidence.h"

namespace votebench::adapters {

// The narrowest of five brackets around `read_server_time`.
[[nodiscard]] Result<ClockOffset> bracket_clock(
    const Clock& clock, const std::function<Result<WallTime>()>& read_server_time);

}  // namespace votebench::adapters
