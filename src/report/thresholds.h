// Thresholds against what was measured. A threshold passes or fails only on a valid measurement:
// no votes, an invalid generator or bounds on both sides of the limit decide nothing.
#pragma once

#include <string_view>
#include <vector>

#include "report/measure.h"
#include "report/report.h"

namespace votebench::report {

// Reads the measurements, levels, audit and settlement of `report`; fills nothing in. Selectors are
// the caller's: `report` holds what they select.
[[nodiscard]] ThresholdResult evaluate(const scenario::Threshold& threshold, const Report& report);

// All thresholds of the scenario, those with selectors measured on their part of the run. One that
// ended the load is missed, whatever the run came to afterwards. `report` is complete but for them.
[[nodiscard]] std::vector<ThresholdResult> evaluate_all(const ReportInput& input,
                                                        const Report& report);

// What a threshold's selectors mean: without `from`, rates and times begin after the warm-up.
[[nodiscard]] Selection selection_of(const scenario::Threshold& threshold,
                                     const scenario::Scenario& scenario);

// The event that says that a threshold ended the load, and how its detail begins.
inline constexpr std::string_view kAbortEvent = "threshold-abort";

}  // namespace votebench::report
