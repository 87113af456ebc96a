#include <fmt/format.h>

#include "core/text.h"
#include "report/document/audit_lines.h"
#include "report/words.h"
#include "report/write/render.h"

namespace votebench::report {
namespace {

// What a workflow command's message or property may hold.
std::string escaped(std::string_view text, bool property) {
  std::string safe;
  for (const char c : printable(text, 1000)) {
    if (c == '%')
      safe += "%25";
    else if (property && c == ':')
      safe += "%3A";
    else if (property && c == ',')
      safe += "%2C";
    else
      safe += c;
  }
  return safe;
}

std::string command(std::string_view level, const Report& report, std::string_view message) {
  return fmt::format("::{} title=votebench {}::{}\n", level, escaped(report.scenario.name, true),
                     escaped(message, false));
}

std::string sentence(const AuditLine& line) {
  std::string text =
      fmt::format("{} {}: {}", counted(line.count.value_or(0), "vote"), line.name, line.text);
  for (const std::string& detail : line.details) text += "; " + detail;
  return text;
}

}  // namespace

std::string github_annotations(const Report& report) {
  if (report.record.unfit) return command("error", report, report.record.unfit->message);
  std::string errors, warnings;
  for (const AuditLine& line : audit_lines(report))
    if (line.state == State::bad) errors += command("error", report, sentence(line));
  for (const ThresholdResult& threshold : report.thresholds) {
    if (threshold.passed != false) continue;
    const std::string missed = "threshold missed: " + missed_text(threshold);
    (threshold.warn ? warnings : errors) +=
        command(threshold.warn ? "warning" : "error", report, missed);
  }
  if (state_of(report.page()) == State::warning)
    warnings += command("warning", report, "result page: " + result_page_text(report.page()));
  for (const std::string& warning : report.record.warnings)
    warnings += command("warning", report, warning);
  if (errors.empty() && report.exit != ExitCode::passed)
    errors = command("error", report, fmt::format("{}: {}", verdict_word(report), report.headline));
  return errors + warnings;
}

}  // namespace votebench::report
