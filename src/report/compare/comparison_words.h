// The words of a comparison that its text, Markdown and HTML have in common.
#pragma once

#include <string>
#include <string_view>

#include "report/compare/compare.h"

namespace votebench::report {

// Fills word, headline and next of a comparison that is otherwise complete.
void tell(Comparison& comparison, const Invocation& here);

// "431.2/s", "14.2 ms", ">=5 s"; "-" without a value.
[[nodiscard]] std::string figure_text(const PrimaryMetric& metric, const Figure& figure,
                                      bool unicode);

// "-15.1 %", "+inf"; "-" without a change.
[[nodiscard]] std::string change_text(double change);
[[nodiscard]] std::string change_text(const MetricComparison& metric);
// The title over interval_text(): "95 % interval", "fence of A", or empty.
[[nodiscard]] std::string_view interval_title(const Comparison& comparison);
// "-18.0 .. -12.2", "below 14.9 ms"; empty where there is neither interval nor fence.
[[nodiscard]] std::string interval_text(const MetricComparison& metric, bool unicode);

[[nodiscard]] std::string_view to_string(Word word);

// "needs ~46 runs a side", "not measured", or empty.
[[nodiscard]] std::string remark_on(const MetricComparison& metric);

// "new, in 2 of 5 runs", "more per run", "fewer", "as before".
[[nodiscard]] std::string change_of_defect(const DefectComparison& defect, std::size_t runs_b);

// "400/s" of one run or several values: "400/s, 500/s".
[[nodiscard]] std::string values_text(const std::vector<std::string>& values);

// "10 runs from 2026-11-20T18:01:11Z to 2026-11-20T19:40:02Z", or the one run.
[[nodiscard]] std::string runs_text(const Side& side);

// Why there is no verdict on performance, one clause; empty where there is one.
[[nodiscard]] std::string why_no_performance(const Comparison& comparison);

// "A/A here: 1 of the last 20 equal pairs told apart".
[[nodiscard]] std::string equal_pairs_text(const EqualPairs& pairs);

// "correctness worse", "confirmed regression": what follows "exit N: ".
[[nodiscard]] std::string exit_words(const Comparison& comparison);

}  // namespace votebench::report
