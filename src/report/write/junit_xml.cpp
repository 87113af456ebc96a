// <testsuites> of one <testsuite>, as Jenkins, GitLab and GitHub read it. Text that XML 1.0 cannot
// hold is written as "\xNN".
#include <fmt/format.h>

#include <array>
#include <chrono>

#include "core/text.h"
#include "report/words.h"
#include "report/write/escape.h"
#include "report/write/render.h"

namespace votebench::report {
namespace {

constexpr std::size_t kLongestMessage = 2000;

std::string xml(std::string_view text) { return escape(text, kLongestMessage); }

std::string time_attribute(Nanoseconds time) {
  return fmt::format("{:.3f}", std::max(in_seconds(time), 0.0));
}

enum class Result : std::uint8_t { passed, failure, error };

class Suite {
 public:
  explicit Suite(const Report& report) : report_(report) {}

  void add(std::string_view name, Result result, std::string_view message, Nanoseconds time = {}) {
    ++tests_;
    failures_ += result == Result::failure;
    errors_ += result == Result::error;
    cases_ += fmt::format("    <testcase classname=\"votebench.{}\" name=\"{}\" time=\"{}\"",
                          xml(report_.scenario.name), xml(name), time_attribute(time));
    if (result == Result::passed) {
      cases_ += "/>\n";
      return;
    }
    const std::string_view tag = result == Result::failure ? "failure" : "error";
    const std::string_view type = result == Result::failure ? "missed" : "inconclusive";
    cases_ += fmt::format(">\n      <{0} message=\"{1}\" type=\"{2}\">{1}</{0}>\n    </testcase>\n",
                          tag, xml(message), type);
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

std::string first_reason(const Report& report) {
  return report.reasons.empty() ? report.headline : report.reasons.front();
}

// A class without votes passes only where the audit came to a verdict about all of them.
void add_class(Suite& suite, const Report& report, std::string_view name, const ClassTally& tally) {
  const std::string test = fmt::format("audit.{}", name);
  if (!tally.passed())
    return suite.add(test, Result::failure,
                     fmt::format("{} {}, {} allowed", counted(tally.count, "vote"), name,
                                 format_count(tally.allowed)));
  const bool decided =
      report.audit.kind == VerdictKind::pass || report.audit.kind == VerdictKind::fail;
  suite.add(test, decided ? Result::passed : Result::error, "not proven: " + first_reason(report));
}

void add_audit(Suite& suite, const Report& report) {
  const Verdict& audit = report.audit;
  const std::array<std::pair<std::string_view, const ClassTally*>, 6> classes{
      {{"lost", &audit.lost},
       {"stale", &audit.stale},
       {"flipped", &audit.flipped},
       {"duplicated", &audit.duplicated},
       {"phantom", &audit.phantom},
       {"contradiction", &audit.contradiction}}};
  for (const auto& [name, tally] : classes) add_class(suite, report, name, *tally);
  const Accounting& sum = audit.accounting;
  const double share = unknown_share(sum);
  suite.add("audit.unknown",
            share <= report.scenario.audit.unknown_share ? Result::passed : Result::error,
            fmt::format("{} of the planned votes have no clear answer, {} allowed",
                        percent_text(share), percent_text(report.scenario.audit.unknown_share)));
}

// A warning fails nothing: it passes, and summary.md has it.
void add_threshold(Suite& suite, const ThresholdResult& threshold) {
  const std::string name = "threshold." + threshold.expression;
  if (threshold.warn) return suite.add(name, Result::passed, "");
  if (!threshold.passed)
    return suite.add(name, Result::error, "no valid measurement: " + threshold.why);
  suite.add(name, *threshold.passed ? Result::passed : Result::failure,
            "measured " + threshold_value(threshold, true));
}

}  // namespace

std::string junit_xml(const Report& report) {
  Suite suite(report);
  if (report.record.unfit) {
    suite.add("preflight", Result::error, report.record.unfit->message);
    return suite.render();
  }
  suite.add("preflight", Result::passed, "");
  const Settlement& settlement = report.record.evidence.settlement;
  suite.add("drain", settlement.settled() ? Result::passed : Result::error,
            "not settled: " + settlement.reason, settlement.drain);
  add_audit(suite, report);
  for (const ThresholdResult& threshold : report.thresholds) add_threshold(suite, threshold);
  return suite.render();
}

}  // namespace votebench::report
