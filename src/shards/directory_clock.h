// The clock that everybody who uses a directory sees: that of the machine which keeps it. A file
// that is made there carries its time, so that no two machines of a run need clocks that agree.
#pragma once

#include <filesystem>
#include <optional>

#include "core/clock.h"
#include "core/result.h"
#include "vote/evidence.h"

namespace votebench::shards {

// It minus `clock`, by the times of files that are made in `directory` and removed again; the best
// of several readings, and zero where that may be the truth. The uncertainty has the time that
// making one took and the step of the clock by which file systems stamp files. Error (environment):
// nothing can be written there.
[[nodiscard]] Result<ClockOffset> read_directory_clock(const std::filesystem::path& directory,
                                                       const Clock& clock);

// When `wall` of the directory's clock is by the monotonic one.
[[nodiscard]] Instant instant_of(WallTime wall, const ClockOffset& offset, const Clock& clock);

}  // namespace votebench::shards
