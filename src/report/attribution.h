// Which event stands near the votes that went wrong. Pure. It tells what coincided in time; that
// one thing was the cause of the other is never claimed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vote/evidence.h"
#include "vote/verdict.h"

namespace votebench::report {

// A vote is near an event when it was sent within its window, or this long before its beginning
// (it was still under way then) or after its end.
inline constexpr Nanoseconds kNearEvent = std::chrono::seconds(10);

// The votes of one class that were sent near one event.
struct Coincidence {
  VoteClass vote_class = VoteClass::lost;
  RunEvent event;
  std::uint64_t votes = 0;
  // When the first and the last of them were sent, after the event's beginning; negative: before.
  Nanoseconds first{};
  Nanoseconds last{};
  friend bool operator==(const Coincidence&, const Coincidence&) = default;
};

// The event that is nearest to a vote sent at `sent`, null when none is near: an event whose window
// holds it before others, among equals a fault or an observation before a mark, then the later one.
// The sampler's own gaps say nothing about the target and are no events here.
[[nodiscard]] const RunEvent* nearest_event(Nanoseconds sent, const std::vector<RunEvent>& events);

// Each finding with a send time counts for the event that is nearest to it, if one is near. In the
// order of the classes, most votes first.
[[nodiscard]] std::vector<Coincidence> find_coincidences(const std::vector<Finding>& findings,
                                                         const std::vector<RunEvent>& events);

// "7 ms to 94 ms before worker-crash (which lasted 12.1 s)".
[[nodiscard]] std::string near_text(const Coincidence& coincidence);

}  // namespace votebench::report
