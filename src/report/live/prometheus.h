// The state of a running run as Prometheus text (exposition format 0.0.4). Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "report/live/progress.h"
#include "vote/attempt.h"

namespace votebench::report {

// Durations in fixed buckets: constant memory, cheap to add to.
class DurationBuckets {
 public:
  static constexpr std::array<double, 17> kBounds{
      0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 300};
  void record(Nanoseconds value, std::uint64_t times = 1);
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double sum_s() const { return sum_s_; }
  // Values up to kBounds[index].
  [[nodiscard]] std::uint64_t up_to(std::size_t index) const;

 private:
  std::array<std::uint64_t, kBounds.size()> counts_{};
  std::uint64_t count_ = 0;
  double sum_s_ = 0;
};

// How long votes took from their acceptance to their row, seen from outside: the k-th row is taken
// for the k-th accepted vote. Says nothing where voters vote again (rows are fewer than votes).
class RowDelays {
 public:
  // Counters now. Accepted votes are remembered until their rows are seen.
  void accepted(Nanoseconds at, std::uint64_t votes);
  void written(Nanoseconds at, std::uint64_t rows);
  [[nodiscard]] const DurationBuckets& delays() const { return delays_; }

 private:
  struct Point {
    Nanoseconds at{};
    std::uint64_t votes = 0;
  };
  static constexpr std::size_t kMaxPoints = 100'000;  // nearly three hours at ten points a second

  std::vector<Point> points_;  // ascending in both
  std::size_t first_ = 0;      // whose votes are not all written
  std::uint64_t written_ = 0;
  DurationBuckets delays_;
};

struct LiveMetrics {
  std::string version, scenario, run;
  ProgressState progress;
  std::uint64_t rejected = 0, ambiguous = 0, not_sent = 0, in_flight = 0, pushed = 0;
  DurationBuckets response;  // of accepted votes, from their planned times
  DurationBuckets service;   // of accepted votes, from their starts
  bool has_row_delays = false;
  DurationBuckets row_delays;
};

[[nodiscard]] std::string prometheus_text(const LiveMetrics& metrics);

}  // namespace votebench::report
