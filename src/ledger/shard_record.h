// What is known of one of the processes that sent a run's votes together.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "vote/evidence.h"
#include "vote/names.h"

namespace votebench::ledger {

enum class ShardState : std::uint8_t {
  sent,      // its whole share, and closed its ledger
  stopped,   // closed its ledger before it had sent its share
  unfit,     // sent nothing: it was late, or could not begin
  killed,    // left its ledger as a kill leaves it: every vote that was begun is on record
  vanished,  // left it open on another machine: what it wrote last may not have come here
  lost,      // began, and its ledger is gone or damaged
  absent,    // left nothing: it never began, or all of it is gone
};
constexpr std::array<std::string_view, 7> names_of(ShardState) {
  return {"sent", "stopped", "unfit", "killed", "vanished", "lost", "absent"};
}

// A clock that is known to no better than this tells no end-to-end time.
inline constexpr Nanoseconds kUsableClock = std::chrono::milliseconds(250);

struct ShardRecord {
  std::uint32_t index = 0;
  ShardState state = ShardState::absent;
  std::string detail{};       // a clause: what kept it from sending its share; empty: nothing
  std::string host{};         // empty: not known
  std::uint64_t planned = 0;  // of votes whose number is known before
  std::uint64_t started = 0;
  std::uint64_t acked = 0;
  std::uint64_t unknown = 0;  // answers, and votes of which it is not known whether they were sent
  Nanoseconds lag_max{};      // from when a vote was due to its start
  // Of the clock that all of them saw, against the shard's own; nothing: it did not see it.
  std::optional<ClockOffset> clock{};
  WallTime began{};  // by that clock; 0: it did not
  WallTime ended{};  // 0: not known

  // What the directory holds of its votes cannot be all of them: no row of its voters proves
  // anything.
  [[nodiscard]] bool without_ledger() const {
    return state == ShardState::lost || state == ShardState::absent;
  }
};

}  // namespace votebench::ledger
