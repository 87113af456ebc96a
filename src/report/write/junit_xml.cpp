// <testsuites> of one <testsuite>, as Jenkins, GitLab and GitHub read it. Text that XML 1.0 cannot
// hold is written as "\xNN".
#include <fmt/format.h>

#include "core/text.h"
#include "report/document/checks.h"
#include "report/write/escape.h"
#include "report/write/render.h"

namespace votebench::report {
namespace {

constexpr std::size_t kLongestMessage = 2000;

std::string xml(std::string_view text) { return escape(text, kLongestMessage); }

std::string time_attribute(Nanoseconds time) {
  return fmt::format("{:.3f}", std::max(in_seconds(time), 0.0));
}

class Suite {
 public:
  explicit Suite(const Report& report) : report_(report) {}

  // A warning fails nothing: it passes, and summary.md has it.
  void add(const Check& check) {
    const bool missed = check.state == State::bad;
    const bool unknown = check.state == State::open;
    ++tests_;
    failures_ += missed;
    errors_ += unknown;
    cases_ += fmt::format("    <testcase classname=\"votebench.{}\" name=\"{}\" time=\"{}\"",
                          xml(report_.scenario.name), xml(check.name), time_attribute(check.took));
    if (!missed && !unknown) {
      cases_ += "/>\n";
      return;
    }
    cases_ += fmt::format(">\n      <{0} message=\"{1}\" type=\"{2}\">{1}</{0}>\n    </testcase>\n",
                          missed ? "failure" : "error", xml(check.why),
                          missed ? "missed" : "inconclusive");
  }

  [[nodiscard]] std::string render() const {
    const std::string counts =
        fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\"", tests_, failures_, errors_);
    const std::string time =
        time_attribute(report_.record.load.ended - report_.record.load.started);
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"votebench\" {0} time=\"{1}\">\n"
        "  <testsuite name=\"{2}\" {0} skipped=\"0\" time=\"{1}\" timestamp=\"{3}\">\n"
        "{4}{5}  </testsuite>\n</testsuites>\n",
        counts, time, xml(report_.scenario.name),
        format_utc(report_.record.load.started).substr(0, 19), cases_, warnings());
  }

 private:
  [[nodiscard]] std::string warnings() const {
    if (report_.record.warnings.empty()) return {};
    std::string lines;
    for (const std::string& warning : report_.record.warnings)
      lines += "warning: " + xml(warning) + "\n";
    return "    <system-out>" + lines + "</system-out>\n";
  }

  const Report& report_;
  std::string cases_;
  int tests_ = 0, failures_ = 0, errors_ = 0;
};

}  // namespace

std::string junit_xml(const Report& report) {
  Suite suite(report);
  if (const auto& unfit = report.record.unfit) {
    suite.add({.name = "preflight", .state = State::open, .why = unfit->message});
    return suite.render();
  }
  suite.add({.name = "preflight", .state = State::good});
  suite.add(settled_check(report));
  for (const Check& check : audit_checks(report)) suite.add(check);
  for (const ThresholdResult& threshold : report.thresholds) suite.add(threshold_check(threshold));
  return suite.render();
}

}  // namespace votebench::report
