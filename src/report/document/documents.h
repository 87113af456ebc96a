// The pages that there are.
#pragma once

#include "report/compare/compare.h"
#include "report/document/document.h"
#include "report/document/trail.h"
#include "report/report.h"
#include "report/trend/trend.h"

namespace votebench::report {

[[nodiscard]] Document run_document(const Report& report);
// `closing`: with "exit N: ..." at its end.
[[nodiscard]] Document comparison_document(const Comparison& comparison, bool closing = true);
[[nodiscard]] Document trend_document(const Trend& trend);
[[nodiscard]] Document trail_document(const Trail& trail);

}  // namespace votebench::report
