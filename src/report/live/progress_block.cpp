#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"
#include "report/live/progress.h"

namespace votebench::report {
namespace {

using std::chrono::seconds;

constexpr std::size_t kCells = 15;  // of a sparkline
constexpr std::size_t kFewestCells = 4;
constexpr std::size_t kOtherColumns = 65;  // of a row with a sparkline
constexpr std::size_t kBarColumns = 45;
constexpr std::size_t kBesideBar = 24;
constexpr std::size_t kRemarks = 2;  // events and warnings below the table
// A target that is written to at all is written to every few seconds; less is worth a remark.
constexpr Nanoseconds kStalledAfter = seconds(3);
constexpr Nanoseconds kGrowthWindow = seconds(5);
constexpr Nanoseconds kWorthTelling = seconds(2);  // the age of a vote without a row
constexpr Nanoseconds kLateRemark = std::chrono::milliseconds(10);

// "01:06", "1:02:03".
std::string clock_text(Nanoseconds time) {
  const auto whole = time / seconds(1);
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{:02}:{:02}", whole / 60, whole % 60);
}

using Field = std::uint64_t ProgressPoint::*;

// The history with the present as its last point.
std::vector<ProgressPoint> points_of(const ProgressState& state) {
  std::vector<ProgressPoint> points = state.history;
  if (points.empty() || points.back().at < state.now.at) points.push_back(state.now);
  return points;
}

// What a row's numbers are made of: a counter's growth per second, or a level as it is.
enum class Kind { counter, level };

// The change per second over about the last second; nothing before there is one.
std::optional<double> change_per_s(const ProgressState& state, Field field) {
  const ProgressPoint* before = nullptr;
  for (const ProgressPoint& point : state.history)
    if (state.now.at - point.at >= seconds(1)) before = &point;
  if (before == nullptr) return std::nullopt;
  return (static_cast<double>(state.now.*field) - static_cast<double>(before->*field)) /
         in_seconds(state.now.at - before->at);
}

// How far a sparkline looks back: the shortest of these that holds what there is.
Nanoseconds window_of(const ProgressState& state) {
  for (const auto window : {seconds(15), seconds(30)})
    if (state.elapsed <= window) return window;
  return seconds(60);
}

// The value of `field` at time `at`, on the line between the points around it. Everything began at
// zero; a history that was cut begins with its first point.
double value_at(const std::vector<ProgressPoint>& points, Field field, Nanoseconds at) {
  const bool cut = points.front().at > seconds(2);
  ProgressPoint before = cut ? points.front() : ProgressPoint{};
  for (const ProgressPoint& point : points) {
    const auto value = static_cast<double>(point.*field);
    const auto last = static_cast<double>(before.*field);
    if (point.at > at && point.at > before.at)
      return last + (value - last) * (in_seconds(std::max(at, before.at) - before.at) /
                                      in_seconds(point.at - before.at));
    before = point;
  }
  return static_cast<double>(before.*field);
}

// The widths of a row. Remarks say more than pictures and padding: these give way.
struct Widths {
  std::size_t total = 11;
  std::size_t rate = 10;
  std::size_t cells = kCells;  // of the sparkline; 0: there is none
};

Widths widths_of(const Style& style) {
  const std::size_t room = std::max(style.width, kOtherColumns) - kOtherColumns;
  if (room < kFewestCells) return {9, 8, 0};
  return {11, 10, std::min(room, kCells)};
}

std::string sparkline(const ProgressState& state, Field field, Kind kind, const Style& style) {
  const std::size_t cells = widths_of(style).cells;
  if (cells == 0) return {};
  const std::vector<ProgressPoint> points = points_of(state);
  const Nanoseconds cell = window_of(state) / cells;
  const Nanoseconds first = std::max(state.elapsed - window_of(state), Nanoseconds(0));
  std::vector<double> values;
  for (std::size_t i = 1; i <= cells && first + cell * i <= state.elapsed; ++i) {
    const Nanoseconds end = first + cell * i;
    const double before = kind == Kind::counter ? value_at(points, field, end - cell) : 0;
    values.push_back(std::max(value_at(points, field, end) - before, 0.0));
  }
  const double highest = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  std::string text;
  for (const double value : values)
    text += spark_cell(highest > 0 ? value / highest : 0, style.unicode);
  return pad_right(text, cells) + "   ";
}

std::string change_text(std::optional<double> change, Kind kind) {
  if (!change) return "-";
  if (*change > -0.05 && *change < 0.05) return "0.0";
  return kind == Kind::level ? fmt::format("{:+.1f}", *change) : fmt::format("{:.1f}", *change);
}

// How long `field` has not changed.
Nanoseconds still_for(const ProgressState& state, Field field) {
  Nanoseconds since = state.now.at;
  for (auto point = state.history.rbegin(); point != state.history.rend(); ++point) {
    if ((*point).*field != state.now.*field) break;
    since = point->at;
  }
  return state.now.at - since;
}

bool growing(const ProgressState& state) {
  const std::vector<ProgressPoint> points = points_of(state);
  const Nanoseconds from = state.elapsed - kGrowthWindow;
  if (points.front().at > from) return false;
  const double before = value_at(points, &ProgressPoint::queued, from);
  return static_cast<double>(state.now.queued) > before + 10 &&
         static_cast<double>(state.now.queued) > before * 1.2;
}

// How old the oldest vote without a row is, first in, first out assumed: since the votes written by
// now were accepted.
struct Age {
  Nanoseconds time{};
  bool at_least = false;  // older than the history
};

Age oldest(const ProgressState& state) {
  const std::vector<ProgressPoint> points = points_of(state);
  const auto first = std::find_if(points.begin(), points.end(), [&](const ProgressPoint& point) {
    return point.accepted > state.now.written;
  });
  if (first == points.end()) return {};
  return {state.now.at - first->at, first == points.begin() && first->at > seconds(2)};
}

std::string sent_remark(const ProgressState& state) {
  if (state.draining) return "done";
  if (state.in_flight_exhausted) return "! max_in_flight reached";
  if (state.lag > kLateRemark) return "! late, lag " + format_duration(state.lag);
  return state.now.sent == 0 ? "" : "on schedule, lag " + format_duration(state.lag);
}

std::string accepted_remark(const ProgressState& state) {
  if (state.errors + state.unknown == 0) return state.now.accepted > 0 ? "no errors" : "";
  return fmt::format("! {} errors, {} unknown", format_count(state.errors),
                     format_count(state.unknown));
}

std::string queued_remark(const ProgressState& state) {
  if (state.now.queued == 0) return "empty";
  std::string text = growing(state) ? "! growing" : "";
  const Age age = state.has_rows ? oldest(state) : Age{};
  if (age.time >= kWorthTelling)
    text += fmt::format("{}oldest {} {}", text.empty() ? "" : ", ", age.at_least ? "over" : "about",
                        format_duration(age.time / seconds(1) * seconds(1)));
  return text;
}

// A vote is missing until the table was looked at again; only an old one is worth a word.
std::string missing_remark(const ProgressState& state) {
  if (state.now.missing == 0) return "";
  const bool waiting = state.draining || oldest(state).time >= kWorthTelling;
  return waiting ? "not lost: judged after drain" : "on their way";
}

std::string written_remark(const ProgressState& state) {
  if (state.now.missing == 0) return "";
  const Nanoseconds still = still_for(state, &ProgressPoint::written);
  if (still >= kStalledAfter)
    return fmt::format("! stalled for {}", format_duration(still / seconds(1) * seconds(1)));
  const auto per_s = change_per_s(state, &ProgressPoint::written);
  if (!state.draining || !per_s || *per_s < 0.1) return "";
  const auto left = Nanoseconds(seconds(1)) *
                    static_cast<std::int64_t>(static_cast<double>(state.now.missing) / *per_s + 1);
  return "about " + format_duration(left) + " to go";
}

class BlockOfLines {
 public:
  BlockOfLines(const ProgressState& state, const Style& style) : state_(state), style_(style) {}

  [[nodiscard]] std::vector<std::string> render() {
    head();
    if (state_.elapsed > Nanoseconds(0)) {
      bar();
      table();
    }
    if (!state_.not_accepted.empty()) remark("not accepted: " + state_.not_accepted);
    remarks();
    return std::move(lines_);
  }

 private:
  void line(std::string_view text) {
    std::string whole(text);
    whole.erase(whole.find_last_not_of(' ') + 1);
    lines_.push_back(clip(style_, whole, style_.width));
  }

  // What was cut off needs no colour.
  void warn_from(std::size_t begin) {
    std::string& text = lines_.back();
    if (text.size() > begin)
      text = text.substr(0, begin) + paint(style_, Colour::warning, text.substr(begin));
  }

  // `left`, and `right` at the right edge where both fit.
  void ends(const std::string& left, const std::string& right) {
    const std::size_t width = std::min<std::size_t>(style_.width, 80);
    const std::size_t used = display_width(left) + display_width(right) + 2;
    line(used > width ? left : left + std::string(width - used + 1, ' ') + right);
  }

  void head() {
    std::string left = " " + clock_text(state_.elapsed);
    if (state_.planned_load && !state_.draining)
      left += " / " + clock_text(*state_.planned_load + std::chrono::milliseconds(500));
    left += "   " + safe(style_, state_.stage, 100);
    if (state_.draining)
      left += " for " + format_duration(state_.drained / seconds(1) * seconds(1));
    left = clip(style_, left, 55);
    if (state_.drain_limit > Nanoseconds(0))
      ends(left, "drain limit " + format_duration(state_.drain_limit));
    else
      line(left);
  }

  void bar() {
    double done = 0;
    std::string words;
    if (state_.draining && state_.has_rows && state_.now.accepted > 0) {
      const std::uint64_t missing = std::min(state_.now.missing, state_.now.accepted);
      done = 1 - static_cast<double>(missing) / static_cast<double>(state_.now.accepted);
      words = "stored";
    } else if (!state_.draining && state_.planned_load && *state_.planned_load > seconds(0)) {
      done = in_seconds(state_.elapsed) / in_seconds(*state_.planned_load);
      const Nanoseconds left = std::max(*state_.planned_load - state_.elapsed, Nanoseconds(0));
      words = clock_text(left + std::chrono::milliseconds(999)) + " left";
    } else if (!state_.draining && state_.planned_votes > 0) {
      done = static_cast<double>(state_.now.sent + state_.not_sent) /
             static_cast<double>(state_.planned_votes);
      words = "of " + format_count(state_.planned_votes) + " votes";
    } else {
      return;
    }
    done = std::clamp(done, 0.0, 1.0);
    line(fmt::format(" {}  {:3d} %   {}", filled(done), static_cast<int>(done * 100), words));
  }

  [[nodiscard]] std::string filled(double done) const {
    static constexpr std::array<std::string_view, 8> kParts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const std::size_t columns =
        std::min(kBarColumns, std::max(style_.width, 2 * kBesideBar) - kBesideBar);
    const auto eighths = static_cast<std::size_t>(done * static_cast<double>(columns) * 8);
    std::string text;
    for (std::size_t i = 0; i < eighths / 8; ++i) text += style_.unicode ? "█" : "#";
    if (style_.unicode) text += kParts.at(eighths % 8);
    for (std::size_t i = display_width(text); i < columns; ++i) text += style_.unicode ? "·" : "-";
    return text;
  }

  [[nodiscard]] std::string cells(std::string_view name, const std::string& total,
                                  const std::string& rate) const {
    const Widths widths = widths_of(style_);
    return fmt::format(" {:<8}{:>{}}{:>{}}   ", name, total, widths.total, rate, widths.rate);
  }

  void row(std::string_view name, Field field, Kind kind, const std::string& remark) {
    const auto change = change_per_s(state_, field);
    const std::string numbers =
        cells(name, format_count(state_.now.*field), change_text(change, kind)) +
        sparkline(state_, field, kind, style_);
    line(numbers + remark);
    if (remark.starts_with('!')) warn_from(numbers.size());
  }

  void table() {
    const bool pictures = widths_of(style_).cells > 0;
    line(cells("", "total", "now/s") +
         (pictures ? fmt::format("last {} s", window_of(state_) / seconds(1)) : ""));
    row("sent", &ProgressPoint::sent, Kind::counter, sent_remark(state_));
    row("accepted", &ProgressPoint::accepted, Kind::counter, accepted_remark(state_));
    response();
    if (state_.has_queue) row("queued", &ProgressPoint::queued, Kind::level, queued_remark(state_));
    if (!state_.has_rows) return;
    row("written", &ProgressPoint::written, Kind::counter, written_remark(state_));
    row("missing", &ProgressPoint::missing, Kind::level, missing_remark(state_));
  }

  void response() {
    if (state_.draining || !state_.response_p50 || !state_.response_p99) return;
    line(fmt::format(" response  p50 {}, p99 {} in the last second",
                     format_duration(*state_.response_p50), format_duration(*state_.response_p99)));
  }

  [[nodiscard]] std::string event_text(const RunEvent& event) const {
    const bool lasted = event.until && *event.until > event.at;
    return fmt::format("{}{}  {}{}{}{}", clock_text(event.at),
                       lasted ? " to " + clock_text(*event.until) : "",
                       event.failed ? "FAILED " : "", safe(style_, event.name, 60),
                       event.detail.empty() ? "" : ": ", safe(style_, event.detail));
  }

  void remark(const std::string& text) {
    line(" ! " + text);
    warn_from(1);
  }

  // The latest events and warnings, oldest first.
  void remarks() {
    std::vector<std::string> texts;
    for (const RunEvent& event : state_.events) texts.push_back(event_text(event));
    for (const std::string& warning : state_.warnings)
      texts.push_back("warning: " + safe(style_, warning));
    const std::size_t skip = texts.size() > kRemarks ? texts.size() - kRemarks : 0;
    for (std::size_t i = skip; i < texts.size(); ++i) remark(texts[i]);
  }

  const ProgressState& state_;
  const Style& style_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> progress_block(const ProgressState& state, const Style& style) {
  return BlockOfLines(state, style).render();
}

}  // namespace votebench::report
