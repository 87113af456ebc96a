// What would help, in sentences. Pure.
#pragma once

#include <string>
#include <vector>

#include "report/report.h"

namespace votebench::report {

// Of a report that is otherwise complete. What the audit advises, and what it cannot know: which
// which events came when the lost votes were on their way.
[[nodiscard]] std::vector<std::string> advice_of(const Report& report);

}  // namespace votebench::report
