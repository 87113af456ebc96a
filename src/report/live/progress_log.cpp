#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "report/live/progress.h"

namespace votebench::report {
namespace {

constexpr Nanoseconds kMinimumInterval = std::chrono::seconds(10);
constexpr int kLinesPerRun = 40;

std::string seconds_text(Nanoseconds time) { return fmt::format("{:.1f}s", in_seconds(time)); }

// A value of key=value: quoted where it holds more than a word.
std::string value_text(std::string_view value) {
  std::string shown = printable(value, 500);
  if (!shown.empty() && shown.find_first_of(" \"=") == std::string::npos) return shown;
  std::string quoted = "\"";
  for (const char c : shown) quoted += c == '"' ? std::string("\\\"") : std::string(1, c);
  return quoted + "\"";
}

std::int64_t microseconds(Nanoseconds time) { return time / std::chrono::microseconds(1); }

std::string numbers(const ProgressState& state) {
  std::string text = fmt::format("sent={} accepted={} errors={} unknown={}", state.now.sent,
                                 state.now.accepted, state.errors, state.unknown);
  if (!state.not_accepted.empty()) text += " why=" + value_text(state.not_accepted);
  if (state.response_p50 && state.response_p99)
    text += fmt::format(" response_p50_us={} response_p99_us={}", microseconds(*state.response_p50),
                        microseconds(*state.response_p99));
  if (state.has_queue) text += fmt::format(" queued={}", state.now.queued);
  if (state.has_rows)
    text += fmt::format(" written={} missing={}", state.now.written, state.now.missing);
  return text;
}

std::string state_line(const ProgressState& state) {
  std::string text =
      fmt::format("stage={} elapsed={}", value_text(state.stage), seconds_text(state.elapsed));
  if (state.planned_load) text += " planned=" + seconds_text(*state.planned_load);
  return text + " " + numbers(state);
}

std::string event_line(const RunEvent& event, bool is_new) {
  std::string text = "event=" + value_text(event.name);
  if (is_new) text += " at=" + seconds_text(event.at);
  if (event.until && *event.until > event.at) text += " ended=" + seconds_text(*event.until);
  if (event.failed) text += " failed=yes";
  return text + " detail=" + value_text(event.detail);
}

Nanoseconds interval(const ProgressState& state) {
  return std::max(kMinimumInterval, state.planned_load.value_or(Nanoseconds(0)) / kLinesPerRun);
}

}  // namespace

std::string ProgressLog::update(const ProgressState& state, WallTime now) {
  std::string lines;
  const auto add = [&](const std::string& text) { lines += format_utc(now) + " " + text + "\n"; };
  for (std::size_t i = 0; i < state.events.size(); ++i) {
    const RunEvent& event = state.events[i];
    const bool is_new = i == ended_.size();
    if (is_new) ended_.push_back(false);
    if (!is_new && (ended_[i] || !event.until)) continue;
    ended_[i] = event.until.has_value();
    add(event_line(event, is_new));
  }
  for (; warnings_ < state.warnings.size(); ++warnings_)
    add("warning=" + value_text(state.warnings[warnings_]));
  if (stage_ != state.stage || !last_ || now - *last_ >= interval(state)) {
    add(state_line(state));
    stage_ = state.stage;
    last_ = now;
  }
  return lines;
}

}  // namespace votebench::report
