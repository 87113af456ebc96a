// Which page is written in which format.
#include <array>

#include "report/document/documents.h"
#include "report/write/render.h"

namespace votebench::report {
namespace {

constexpr std::array<ReportFile, 6> kFiles{{{"report.html", "html", report_html},
                                            {"summary.md", "markdown", summary_markdown},
                                            {"result.json", "", result_json},
                                            {"junit.xml", "junit", junit_xml},
                                            {"anomalies.ndjson", "", anomalies_ndjson},
                                            {"timeseries.csv", "csv", timeseries_csv}}};

}  // namespace

std::span<const ReportFile> report_files() { return kFiles; }

std::string summary_text(const Report& report, const Style& style) {
  return write_text(run_document(report), style);
}
std::string summary_markdown(const Report& report) { return write_markdown(run_document(report)); }
std::string report_html(const Report& report) { return write_html(run_document(report)); }

std::string comparison_text(const Comparison& comparison, const Style& style, bool closing) {
  return write_text(comparison_document(comparison, closing), style);
}
std::string comparison_markdown(const Comparison& comparison) {
  return write_markdown(comparison_document(comparison));
}
std::string comparison_html(const Comparison& comparison) {
  return write_html(comparison_document(comparison));
}

std::string trend_text(const Trend& trend, const Style& style) {
  return write_text(trend_document(trend), style);
}
std::string trend_markdown(const Trend& trend) { return write_markdown(trend_document(trend)); }
std::string trend_html(const Trend& trend) { return write_html(trend_document(trend)); }

std::string trail_text(const Trail& trail, const Style& style) {
  return write_text(trail_document(trail), style);
}

}  // namespace votebench::report
