// Readings of servers' clocks: those that drift, and those that are set.
#include "vote/server_clocks.h"

#include "support/catch.h"

using namespace votebench;
using namespace std::chrono_literals;

namespace {

constexpr auto kRows = ServerClock::Of::rows;
constexpr auto kQueue = ServerClock::Of::queue;

ServerClock reading(ServerClock::Of of, Nanoseconds at, Nanoseconds offset,
                    Nanoseconds uncertainty = 50us) {
  return {of, {offset, uncertainty}, WallTime(1000h + at)};
}

// A reading each minute for ten minutes, of a clock that runs too fast.
std::vector<ServerClock> drifting(double share) {
  std::vector<ServerClock> readings;
  for (auto at = Nanoseconds(0); at <= 10min; at += 1min)
    readings.push_back(reading(
        kRows, at, 3ms + Nanoseconds(static_cast<std::int64_t>(share * double(at.count())))));
  return readings;
}

}  // namespace

TEST_CASE("a clock that drifts was not set, and its range is part of the uncertainty") {
  const auto readings = drifting(20e-6);
  CHECK_FALSE(step_of(kRows, readings));
  const auto offset = offset_of(kRows, readings);
  REQUIRE(offset);
  CHECK(offset->offset == 3ms);
  CHECK(offset->uncertainty == 12ms + 50us);  // 20 ppm of ten minutes
  CHECK_FALSE(step_of(kRows, drifting(-500e-6)));
  CHECK(step_of(kRows, drifting(600e-6)));
}

TEST_CASE("a clock that is set is told by how much, forward and back") {
  for (const Nanoseconds step :
       {Nanoseconds(60s), Nanoseconds(-60s), Nanoseconds(1h), Nanoseconds(-1h), Nanoseconds(40ms)})
    for (const auto of : {kQueue, kRows}) {
      const auto other = of == kQueue ? kRows : kQueue;
      const std::vector<ServerClock> readings{reading(kQueue, -5s, 0ns), reading(kRows, -5s, 1ms),
                                              reading(other, 10s, 0ns),
                                              reading(of, 60s, step + 1ms), reading(of, 70s, step)};
      const auto seen = step_of(of, readings);
      REQUIRE(seen);
      CHECK(std::chrono::abs(*seen - step) <= 1ms);
      CHECK(!step_of(other, readings));
    }
}

TEST_CASE("a clock that is set back again is seen where it was read in between") {
  CHECK(step_of(kRows,
                {reading(kRows, 0s, 0ns), reading(kRows, 60s, 1h), reading(kRows, 2min, 0ns)}));
}

TEST_CASE("what the readings cannot tell is no step") {
  CHECK_FALSE(step_of(kRows, {}));
  CHECK_FALSE(offset_of(kRows, {}));
  CHECK_FALSE(step_of(kRows, {reading(kRows, 0s, 1h)}));
  CHECK_FALSE(step_of(kRows, {reading(kRows, 0s, 0ns, 30ms), reading(kRows, 1s, 40ms, 20ms)}));
  // Our clock may have been set between readings: time that went back is time.
  CHECK_FALSE(step_of(kRows, {reading(kRows, 0s, 0ns), reading(kRows, -10s, 4ms)}));
}
