// Every number of a run by its name: how it is computed from what was measured, what voids it, and
// where result.json holds it. The names and their units are those of scenario::metrics().
#pragma once

#include <string>
#include <string_view>

#include "report/measures/measured.h"

namespace votebench::report {

// "http.response.p99": seconds for times, shares in 0..1.
[[nodiscard]] Measurement measure(std::string_view metric, const Measured& measured);

// Why the generator, the sampler or a clock voids a metric; empty: nothing does.
[[nodiscard]] std::string voided(std::string_view metric, const Validity& validity);

// Where result.json holds the number, if it does.
struct InJson {
  std::string pointer;  // empty: nowhere
  double unit = 1;      // of the number there, in the unit of the metric
};
[[nodiscard]] InJson in_json(std::string_view metric);

}  // namespace votebench::report
