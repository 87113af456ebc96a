#include "adapters/clock_bracket.h"

namespace votebench::adapters {

Result<ClockOffset> bracket_clock(const Clock& clock,
                                  const std::function<Result<WallTime>()>& read_server_time) {
  constexpr int kReadings = 5;
  ClockOffset best{.offset{}, .uncertainty = Nanoseconds::max()};
  for (int reading = 0; reading < kReadings; ++reading) {
    const WallTime wall = clock.wall_now();
    const Instant before = clock.now();
    TRY_ASSIGN(const WallTime server, read_server_time());
    const Nanoseconds half = (clock.now() - before) / 2;
    if (half < best.uncertainty) best = {server - (wall + half), half};
  }
  return best;
}

}  // namespace votebench::adapters
