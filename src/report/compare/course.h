// How a run went over time, in few steps: what a comparison draws of it.
#pragma once

#include <vector>

#include "report/measures/timeline.h"

namespace votebench::report {

// Votes per second from the start of the load on.
struct Course {
  Nanoseconds step{};  // a quarter of a second, doubled until the steps are few
  Series accepted, written;

  [[nodiscard]] bool empty() const { return step == Nanoseconds(0); }
};

// From the samples of a run; empty where there are none.
[[nodiscard]] Course course_of(const std::vector<Sample>& samples);

// Step by step the median of those that know it, in the longest of their steps; empty ones do not
// count.
[[nodiscard]] Course median_of(const std::vector<Course>& courses);

}  // namespace votebench::report
