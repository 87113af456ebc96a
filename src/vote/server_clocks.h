// What the readings of a server's clock tell: how far it is from ours, and whether it was set.
// Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "vote/evidence.h"

namespace votebench {

// The faster a clock may run than another one: what the kernel lets NTP slew a clock by.
inline constexpr double kMaxClockDrift = 500e-6;

// May the clock have gone from `before` to `now` in `elapsed` without being set?
[[nodiscard]] bool is_drift(const ClockOffset& before, const ClockOffset& now, Nanoseconds elapsed);

// One reading of a server's clock, against ours counted on by the monotonic clock: a step of this
// machine's clock is none of the server's.
struct ServerClock {
  enum class Of : std::uint8_t { queue, rows };
  Of of = Of::queue;
  ClockOffset offset;
  WallTime measured{};  // by our clock
};
constexpr std::array<std::string_view, 2> names_of(ServerClock::Of) { return {"queue", "rows"}; }

// The first reading, uncertain by what the others differ from each other, too. Nothing: none.
[[nodiscard]] std::optional<ClockOffset> offset_of(ServerClock::Of of,
                                                   const std::vector<ServerClock>& readings);

// By how much the clock was set between two readings; the greatest step. Nothing: it was not, or
// not seen to be. Readings are in order.
[[nodiscard]] std::optional<Nanoseconds> step_of(ServerClock::Of of,
                                                 const std::vector<ServerClock>& readings);

}  // namespace votebench
