#include "report/words.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "core/text.h"

namespace votebench::report {

std::string rate_text(const std::optional<double>& per_second) {
  if (!per_second || !std::isfinite(*per_second)) return std::string(kNotMeasured);
  if (*per_second >= 1e9) return fmt::format("{:.2e}", *per_second);
  if (*per_second >= 9999.5)
    return format_count(static_cast<std::uint64_t>(std::llround(*per_second)));
  const std::string text = fmt::format("{:.1f}", *per_second);
  return *per_second < 999.95 ? text : text.substr(0, 1) + "," + text.substr(1);
}

std::string percentile_text(const std::optional<Percentile>& value, bool unicode) {
  if (!value) return std::string(kNotMeasured);
  const std::string_view sign = !value->at_least ? "" : unicode ? "≥" : ">=";
  return fmt::format("{}{}", sign, format_duration(value->value));
}

std::string threshold_value(const ThresholdResult& result, bool unicode) {
  if (!result.value || !std::isfinite(*result.value)) return std::string(kNotMeasured);
  const double value = *result.value;
  const std::string sign = !result.at_least ? "" : unicode ? "≥" : ">=";
  switch (result.unit) {
    case scenario::MetricUnit::share:
      return sign + percent_text(value);
    case scenario::MetricUnit::time:
      return sign + format_duration(Nanoseconds(std::llround(value * 1e9)));
    case scenario::MetricUnit::per_second:
      return sign + rate_text(value) + "/s";
    case scenario::MetricUnit::count:
      return sign + (value < 1e18 ? format_count(static_cast<std::uint64_t>(value))
                                  : fmt::format("{:.3g}", value));
  }
  return std::string(kNotMeasured);
}

std::string threshold_words(const ThresholdResult& result, bool unicode) {
  if (!result.passed) return "no valid measurement: " + result.why;
  return threshold_value(result, unicode) + (result.why.empty() ? "" : "; ") + result.why;
}

std::string missed_text(const ThresholdResult& result) {
  if (!result.why.empty()) return result.expression + ", " + result.why;
  return fmt::format("{}, measured {}", result.expression, threshold_value(result, true));
}

std::string moment_text(Nanoseconds after_start) {
  const std::string sign = after_start < Nanoseconds(0) ? "-" : "";
  const std::int64_t thousandths = std::abs(after_start.count()) / 1'000'000;
  const std::int64_t seconds = thousandths / 1000;
  const std::string hours = seconds < 3600
                                ? fmt::format("{}", seconds / 60)
                                : fmt::format("{}:{:02}", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{}{}:{:02}.{:03}", sign, hours, seconds % 60, thousandths % 1000);
}

std::string clock_text(Nanoseconds after_start) {
  std::string text = moment_text(after_start);
  text.resize(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string percent_text(double share) {
  const double percent = share * 100;
  if (percent == 0 || percent >= 9.95) return fmt::format("{:.0f} %", percent);
  if (percent >= 0.995) return fmt::format("{:.1f} %", percent);
  return fmt::format("{:.2g} %", percent);
}

std::string time_text(const Report& report) {
  const ledger::LoadRecord& load = report.record.load;
  const Nanoseconds took = load.took > Nanoseconds(0) ? load.took : load.ended - load.started;
  return fmt::format("{} (load {}, drain {})", format_duration(took), format_duration(load.length),
                     format_duration(report.settlement().drain));
}

std::string exit_words(const Report& report) {
  std::string words(exit_words(report.exit));
  return report.exit == ExitCode::inconclusive ? words + ": " + report.headline : words;
}

std::string event_text(const RunEvent& event) {
  const std::string until =
      event.until && *event.until > event.at ? " to " + format_duration(*event.until) : "";
  return fmt::format("{}{}  {}{}{}{}", format_duration(event.at), until,
                     event.failed ? "FAILED " : "", event.name, event.detail.empty() ? "" : ": ",
                     event.detail);
}

std::string_view verdict_word(const Report& report) {
  static constexpr std::array<std::string_view, 4> kWords{"PASS", "INCONCLUSIVE", "FAIL", "BROKEN"};
  if (report.record.unfit && report.exit != ExitCode::internal) return "NOT RUN";
  return kWords.at(static_cast<std::size_t>(report.verdict));
}

std::string accounting_text(const Accounting& sum) {
  const std::array<std::pair<std::uint64_t, std::string_view>, 5> parts{
      {{sum.acked, "accepted"},
       {sum.rejected, "rejected"},
       {sum.ambiguous, "unknown"},
       {sum.not_sent, "not sent"},
       {sum.never_started, "never started"}}};
  std::string text;
  for (const auto& [count, name] : parts)
    if (count > 0)
      text += fmt::format("{}{} {}", text.empty() ? "" : " + ", format_count(count), name);
  return fmt::format("planned {} = {}", format_count(sum.planned), text.empty() ? "0" : text);
}

std::string verification_text(const Report& report) {
  const Verification& verification = *report.shown.verification;
  const Nanoseconds since = verification.at - report.record.load.ended;
  return fmt::format("{}Z, {} after the run: {}", format_utc(verification.at).substr(0, 19),
                     format_duration(since > Nanoseconds(0) ? since : Nanoseconds(0)),
                     verification.how);
}

}  // namespace votebench::report
