#include "vote/server_clocks.h"

#include <algorithm>
#include <cmath>

namespace votebench {

bool is_drift(const ClockOffset& before, const ClockOffset& now, Nanoseconds elapsed) {
  const double drift = kMaxClockDrift * std::abs(static_cast<double>(elapsed.count()));
  const Nanoseconds allowed =
      before.uncertainty + now.uncertainty + Nanoseconds(static_cast<std::int64_t>(drift));
  return std::chrono::abs(now.offset - before.offset) <= allowed;
}

std::optional<ClockOffset> offset_of(ServerClock::Of of, const std::vector<ServerClock>& readings) {
  std::optional<ClockOffset> whole;
  Nanoseconds least{}, greatest{};
  for (const ServerClock& reading : readings) {
    if (reading.of != of) continue;
    if (!whole) {
      whole = reading.offset;
      least = greatest = reading.offset.offset;
    }
    least = std::min(least, reading.offset.offset);
    greatest = std::max(greatest, reading.offset.offset);
    whole->uncertainty = std::max(whole->uncertainty, reading.offset.uncertainty);
  }
  if (whole) whole->uncertainty += greatest - least;
  return whole;
}

std::optional<Nanoseconds> step_of(ServerClock::Of of, const std::vector<ServerClock>& readings) {
  std::optional<Nanoseconds> greatest;
  const ServerClock* before = nullptr;
  for (const ServerClock& now : readings) {
    if (now.of != of) continue;
    if (before != nullptr &&
        !is_drift(before->offset, now.offset, now.measured - before->measured)) {
      const Nanoseconds step = now.offset.offset - before->offset.offset;
      if (!greatest || std::chrono::abs(step) > std::chrono::abs(*greatest)) greatest = step;
    }
    before = &now;
  }
  return greatest;
}

}  // namespace votebench
