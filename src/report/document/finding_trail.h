// What is known of one anomalous vote, in the order in which it happened.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/report.h"

namespace votebench::report {

struct TrailStep {
  std::optional<Nanoseconds> at;  // after t0; nothing: at the end
  std::string text;               // for people; text of others in it is not yet made safe
};

[[nodiscard]] std::vector<TrailStep> trail(const Report& report, const Finding& finding);

}  // namespace votebench::report
