// The sections of report.html, each in a file of its own: a Report in, markup out.
#pragma once

#include "report/html/markup.h"
#include "report/report.h"

namespace votebench::report::html {

[[nodiscard]] Raw banner(const Report& report);       // the verdict, why, and what to do next
[[nodiscard]] Raw tiles(const Report& report);        // the numbers that people ask for first
[[nodiscard]] Raw checks(const Report& report);       // audit, settling, thresholds
[[nodiscard]] Raw over_time(const Report& report);    // the three levels and the queue
[[nodiscard]] Raw ladder(const Report& report);       // where votes went, hop by hop
[[nodiscard]] Raw latencies(const Report& report);    // by percentile and over time
[[nodiscard]] Raw anomalies(const Report& report);    // every one, with its trail
[[nodiscard]] Raw generator(const Report& report);    // was it fit to measure?
[[nodiscard]] Raw environment(const Report& report);  // run, target, scenario, files

// What report.js draws from: JSON that may stand in a script element.
[[nodiscard]] std::string chart_data(const Report& report);

}  // namespace votebench::report::html
