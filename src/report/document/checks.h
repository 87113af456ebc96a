// What a run has to meet: the audit's classes, the drain and the thresholds. JUnit has each as a
// test case, the page each as a row.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/document/document.h"
#include "report/report.h"

namespace votebench::report {

struct Check {
  std::string name{};         // "audit.lost", "threshold.http.error_rate < 1%"
  State state = State::open;  // bad: missed; warning: missed, and fails nothing; open: not known
  std::string_view word{};    // "met", "missed", "not proven", "no data"
  Words expression{};         // "votes.lost <= 0"; empty: no limit that a scenario can set
  std::string measured{};     // text of others in it and in `why` is not yet made safe
  std::string_view kind{};    // "audit, exact"
  std::string why{};          // where it is not met, one clause
  Nanoseconds took{};
};

// Has everything that was accepted arrived?
[[nodiscard]] Check settled_check(const Report& report);
// The classes of defects, then the votes without a clear answer.
[[nodiscard]] std::vector<Check> audit_checks(const Report& report);
[[nodiscard]] Check threshold_check(const ThresholdResult& threshold);

}  // namespace votebench::report
