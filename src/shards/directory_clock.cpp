#include "shards/directory_clock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "core/os.h"

namespace votebench::shards {
namespace {

constexpr int kReadings = 5;

Nanoseconds nanoseconds(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

// File systems stamp with the time of the last tick (Linux: current_time(), ktime_get_coarse).
Nanoseconds tick() {
  timespec step{};
  if (::clock_getres(CLOCK_REALTIME_COARSE, &step) != 0) return std::chrono::milliseconds(10);
  return nanoseconds(step);
}

// Where stamps are of whole seconds, so is what they tell.
Nanoseconds step_of(Nanoseconds stamp) {
  return stamp.count() % 1'000'000'000 == 0 ? std::chrono::seconds(1) : tick();
}

Result<ClockOffset> read_once(const std::filesystem::path& file, const Clock& clock) {
  const WallTime before = clock.wall_now();
  const Instant began = clock.now();
  const FileDescriptor fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return file_failure("create", file, errno);
  struct stat status {};
  const bool known = ::fstat(fd.get(), &status) == 0;
  const Nanoseconds took = clock.now() - began;
  const int error = errno;
  ::unlink(file.c_str());
  if (!known) return file_failure("look at", file, error);
  const Nanoseconds stamp = nanoseconds(status.st_mtim);
  // The file was made between `before` and `before + took`, up to a step after its stamp.
  const Nanoseconds least = stamp - (before.time_since_epoch() + took);
  const Nanoseconds most = stamp + step_of(stamp) - before.time_since_epoch();
  return ClockOffset{(least + most) / 2, (most - least) / 2};
}

}  // namespace

Result<ClockOffset> read_directory_clock(const std::filesystem::path& directory,
                                         const Clock& clock) {
  const std::filesystem::path file = directory / fmt::format(".clock.{}.tmp", ::getpid());
  TRY_ASSIGN(ClockOffset best, read_once(file, clock));
  for (int i = 1; i < kReadings; ++i) {
    TRY_ASSIGN(const ClockOffset next, read_once(file, clock));
    if (next.uncertainty < best.uncertainty) best = next;
  }
  if (std::chrono::abs(best.offset) <= best.uncertainty) best.offset = Nanoseconds(0);
  return best;
}

Instant instant_of(WallTime wall, const ClockOffset& offset, const Clock& clock) {
  return clock.now() + (wall - offset.offset - clock.wall_now());
}

}  // namespace votebench::shards
