// Thresholds against what was measured. A threshold passes or fails only on a valid measurement:
// no votes, an invalid generator or bounds on both sides of the limit decide nothing.
#pragma once

#include "report/report.h"

namespace votebench::report {

// Reads the measurements, levels, audit and settlement of `report`; fills nothing in.
[[nodiscard]] ThresholdResult evaluate(const scenario::Threshold& threshold, const Report& report);

}  // namespace votebench::report
