// Thresholds against what was measured. A threshold passes or fails only on a valid measurement:
// no votes, an invalid generator or bounds on both sides of the limit decide nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/measures/measures.h"
#include "scenario/thresholds.h"
#include "vote/evidence.h"

namespace votebench::report {

struct ThresholdResult {
  std::string expression;                                   // as written
  scenario::MetricUnit unit = scenario::MetricUnit::count;  // of `value`
  std::optional<double> value;                              // nothing: no measurement
  bool at_least = false;                                    // the true value is not below `value`
  std::optional<bool> passed;                               // nothing: no valid measurement
  std::string why;    // then: the reason; also of one that ended the load
  bool warn = false;  // severity: a missed one is said and fails nothing
};

// Selectors are the caller's: `measured` is of what they select.
[[nodiscard]] ThresholdResult evaluate(const scenario::Threshold& threshold,
                                       const Measured& measured, const Validity& validity);

// All thresholds of the scenario, those with selectors measured on their part of the run. One that
// ended the load is missed, whatever the run came to afterwards.
[[nodiscard]] std::vector<ThresholdResult> evaluate_all(const RunView& run, const Measured& whole,
                                                        const Validity& validity);

// What a threshold's selectors mean: without `from`, rates and times begin after the warm-up.
[[nodiscard]] Selection selection_of(const scenario::Threshold& threshold,
                                     const scenario::Scenario& scenario);

// How `why` begins then; what it was and when follows.
inline constexpr std::string_view kEndedLoad = "ended the load: ";
// The event that says that a threshold ended the load, and how its detail begins.
inline constexpr std::string_view kAbortEvent = "threshold-abort";

// Fewer votes say nothing about a percentile or a rate.
inline constexpr std::uint64_t kEnoughVotes = 100;

// Thresholds with `abort: true`, looked at while the load runs. What they are measured from is
// added as it comes; memory is that of two histograms per threshold. Not thread-safe.
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
    Measured measured;  // what an attempt or a sample adds to
  };

  std::vector<Watched> watched_;
};

}  // namespace votebench::report
