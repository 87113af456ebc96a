// The files and pages of a run, and those of a comparison: values become text. Everything that
// others wrote (names, ids, error texts) is made safe for where it goes; invalid UTF-8 never fails,
// NaN and infinity never appear.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/compare/compare.h"
#include "report/document/trail.h"
#include "report/report.h"
#include "report/style.h"
#include "report/trend/trend.h"
#include "report/write/writers.h"

namespace votebench::report {

// result.json: "votebench.result/1", pretty-printed, ends with a newline. Numbers that were not
// measured are null.
[[nodiscard]] std::string result_json(const Report& report);

// The JSON Schema of result.json (draft-07).
[[nodiscard]] std::string_view result_schema();

// The final summary on the terminal, verdict first, "exit N: ..." last; lines of at most
// style.width columns, each ended by a newline.
[[nodiscard]] std::string summary_text(const Report& report, const Style& style);

// summary.md: GitHub Markdown, at most kMaxMarkdownBytes.
[[nodiscard]] std::string summary_markdown(const Report& report);

// junit.xml: a test suite of the preflight, the drain, each class of the audit and each threshold.
// A missed limit is a failure, what could not be decided an error.
[[nodiscard]] std::string junit_xml(const Report& report);

// anomalies.ndjson: one line per finding of the audit, with what is known of its vote.
[[nodiscard]] std::string anomalies_ndjson(const Report& report);

// timeseries.csv: one line per sample, a header first. Cells that were not seen are empty.
[[nodiscard]] std::string timeseries_csv(const Report& report);

// The files of a run that are made from its report, in the order in which people want them.
struct ReportFile {
  std::string_view name;
  std::string_view format;  // of the scenario's report.formats; empty: always written
  std::string (*render)(const Report&);
};
[[nodiscard]] std::span<const ReportFile> report_files();

// One line of index.ndjson, which lists the runs of a reports folder.
[[nodiscard]] std::string index_line(const Report& report);

// Workflow commands for GitHub Actions: an error for each class that went wrong, one line each.
[[nodiscard]] std::string github_annotations(const Report& report);

// report.html: one file that needs nothing else, under 400 KB for an hour's run.
[[nodiscard]] std::string report_html(const Report& report);

// A comparison, verdict first, "exit N: ..." last unless `closing` is false.
[[nodiscard]] std::string comparison_text(const Comparison& comparison, const Style& style,
                                          bool closing = true);
[[nodiscard]] std::string comparison_markdown(const Comparison& comparison);
// A page like report.html: dots per run, the interval of each change.
[[nodiscard]] std::string comparison_html(const Comparison& comparison);
// "votebench.comparison/1"; times in seconds, changes as shares. Fields: comparison_json.cpp.
[[nodiscard]] std::string comparison_json(const Comparison& comparison);

// How many runs of so many a group has, and of each metric that a comparison takes the median, the
// least and the most.
[[nodiscard]] std::string series_text(const Side& runs, std::size_t planned, const Style& style);

struct SeriesGroup {
  std::string name;  // as it is selected
  std::size_t planned = 0;
  std::vector<std::string> results;  // result.json of each run that there is
};
// "votebench.series/1": all runs of a series. Fields: series.cpp. `comparison`: of the groups, as
// comparison_json() has it, or empty.
[[nodiscard]] std::string series_json(const std::vector<SeriesGroup>& groups, ExitCode exit,
                                      const std::string& comparison);

// A trend, in the same formats; "votebench.trend/1": trend_json.cpp.
[[nodiscard]] std::string trend_text(const Trend& trend, const Style& style);
[[nodiscard]] std::string trend_markdown(const Trend& trend);
[[nodiscard]] std::string trend_html(const Trend& trend);
[[nodiscard]] std::string trend_json(const Trend& trend);

// What is known of one voter's votes.
[[nodiscard]] std::string trail_text(const Trail& trail, const Style& style);

}  // namespace votebench::report
