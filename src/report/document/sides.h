// The two sides of a comparison as pictures: how they went over time, and their latencies.
#pragma once

#include "report/compare/compare.h"
#include "report/document/document.h"

namespace votebench::report::sections {

[[nodiscard]] Section comparison_tiles(const Comparison& comparison);
[[nodiscard]] Section side_by_side(const Comparison& comparison);

}  // namespace votebench::report::sections
