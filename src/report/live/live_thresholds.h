// Thresholds with `abort: true`, looked at while the load runs. What they are measured from is
// added as it comes; memory is that of two histograms per threshold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/thresholds.h"

namespace votebench::report {

// Fewer votes say nothing about a percentile or a rate.
inline constexpr std::uint64_t kEnoughVotes = 100;

// Not thread-safe.
class LiveThresholds {
 public:
  explicit LiveThresholds(const scenario::Scenario& scenario);

  [[nodiscard]] bool empty() const { return watched_.empty(); }
  // A concluded attempt, each once.
  void add(const Attempt& attempt);
  void add(const Sample& sample);
  // The first one that is missed by now: "queue.depth.max < 200: it was 231 after 3.2 s".
  [[nodiscard]] std::optional<std::string> missed(Nanoseconds elapsed) const;

 private:
  struct Watched {
    scenario::Threshold threshold;
    Selection part;
    Report measured;  // only what evaluate() reads
  };

  std::vector<Watched> watched_;
};

}  // namespace votebench::report
