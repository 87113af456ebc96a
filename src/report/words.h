// Numbers as the terminal and Markdown summaries print them.
#pragma once

#include <optional>
#include <string>

#include "core/counted.h"
#include "report/report.h"

namespace votebench::report {

inline constexpr std::string_view kNotMeasured = "-";

// "400.1", "12,346"; "-" without a value.
[[nodiscard]] std::string rate_text(const std::optional<double>& per_second);

// "14.2 ms", "≥5 s" (">=5 s" without Unicode); "-" without a value.
[[nodiscard]] std::string percentile_text(const std::optional<Percentile>& value, bool unicode);

// "0.02 %", "no valid measurement: WHY", "231; ended the load: it was 231 after 3.2 s". Text of
// others in it is not yet made safe.
[[nodiscard]] std::string threshold_words(const ThresholdResult& result, bool unicode);

// "0.02 %", "14.2 ms", "400.1/s", "20,000"; "-" without a value.
[[nodiscard]] std::string threshold_value(const ThresholdResult& result, bool unicode);

// "http.response.p99 < 50ms, measured 62 ms", of one that was missed; "queue.depth.max < 200, ended
// the load: it was 231 after 3.2 s".
[[nodiscard]] std::string missed_text(const ThresholdResult& result);

// A point of the time axis, to the millisecond: "1:05", "1:01:05", "0:00.5", "0:00.017".
[[nodiscard]] std::string clock_text(Nanoseconds after_start);
// The same with all digits, for a column of them: "1:05.030".
[[nodiscard]] std::string moment_text(Nanoseconds after_start);

// "0.094 %": two significant digits below 10 %.
[[nodiscard]] std::string percent_text(double share);

// "2m03s (load 2m00s, drain 3.1 s)".
[[nodiscard]] std::string time_text(const Report& report);

// "passed", "audit failed", "inconclusive: interrupted": what follows "exit N: ".
[[nodiscard]] std::string exit_words(const Report& report);

// "1m00s to 1m12s  worker-crash: kill worker; undone: start worker". Text of others in it is not
// yet made safe.
[[nodiscard]] std::string event_text(const RunEvent& event);

// "PASS", "FAIL", "INCONCLUSIVE", "BROKEN"; "NOT RUN" after an error.
[[nodiscard]] std::string_view verdict_word(const Report& report);

// "planned 39,370 = 39,350 accepted + 20 unknown".
[[nodiscard]] std::string accounting_text(const Accounting& sum);

// "2026-11-20T18:01:11Z, 3m12s after the run: queue and table were read again".
[[nodiscard]] std::string verification_text(const Report& report);

}  // namespace votebench::report
