// Was the generator good enough for what the report says about rates and latencies?
//
// An invalid generator voids those statements and the thresholds on them. It never touches the
// audit: whether a vote is stored does not depend on when it was sent.
#pragma once

#include <chrono>

#include "report/measures/measured.h"

namespace votebench::report {

// A vote counts as late beyond this lag. Lag is part of the response time, so it makes a target
// look slower, never faster. A sleeping thread wakes within 0.1 ms on an idle core and within a few
// scheduler slices (3-6 ms) on a shared one: beyond 10 ms it was not the target that was measured.
inline constexpr Nanoseconds kLateAfter = std::chrono::milliseconds(10);
// p99 is the highest percentile that scenarios usually set limits on: if at most 1 % are late, it
// is not made of lag. Late votes that the in-flight limit explains are the target's, not ours.
inline constexpr double kMaxLateShare = 0.01;
// Votes that were due and never started are missing from the offered load; above one in a thousand
// the load was not the scenario's.
inline constexpr double kMaxNeverStartedShare = 0.001;
// Offered rate against planned rate: two percent below, and "400/s" was not 400/s.
inline constexpr double kMinAchievedShare = 0.98;
// The busiest second is found from samples; a gap this long hides one.
inline constexpr Nanoseconds kMaxSamplerGap = std::chrono::seconds(2);
// End-to-end times compare two wall clocks; 10 ms is below what they are used to tell apart.
inline constexpr Nanoseconds kMaxClockStep = std::chrono::milliseconds(10);
// Below this share of stolen CPU time lag alone decides; above it is worth saying.
inline constexpr double kNotableSteal = 0.05;

struct Validity {
  bool load = true;                  // the votes left as planned: rates and HTTP latencies hold
  bool samples = true;               // the sampler kept its cadence: queue and written rates hold
  bool clocks = true;                // wall clocks were steady: end-to-end times hold
  std::vector<std::string> reasons;  // one per thing that does not hold
  std::vector<std::string> notes;    // worth knowing, voids nothing
  [[nodiscard]] bool all() const { return load && samples && clocks; }
};
[[nodiscard]] Validity judge_generator(const ReportInput& input, const Measured& measured);

}  // namespace votebench::report
