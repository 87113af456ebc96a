#include "report/html/words.h"

#include <algorithm>
#include <array>

namespace votebench::report::html {

using namespace std::chrono_literals;

std::string_view state_class(State state) {
  static constexpr std::array<std::string_view, 5> kClasses{"good", "bad", "open", "warning",
                                                            "remark"};
  return kClasses.at(static_cast<std::size_t>(state));
}

Raw state_mark(State state, std::string_view word) {
  static constexpr std::array<std::string_view, 5> kSigns{"✓", "✗", "?", "!", "·"};
  Markup mark;
  mark.add(R"(<span class="mark {}"><span aria-hidden="true">{}</span> {}</span>)",
           state_class(state), kSigns.at(static_cast<std::size_t>(state)), word);
  return std::move(mark).raw();
}

std::string clock_text(Nanoseconds after_start) {
  const std::string sign = after_start < 0ns ? "-" : "";
  const std::int64_t tenths = std::abs(after_start.count()) / 100'000'000;
  const std::int64_t seconds = tenths / 10;
  const std::string fraction = tenths % 10 == 0 ? "" : fmt::format(".{}", tenths % 10);
  if (seconds < 3600)
    return fmt::format("{}{}:{:02}{}", sign, seconds / 60, seconds % 60, fraction);
  return fmt::format("{}{}:{:02}:{:02}{}", sign, seconds / 3600, seconds / 60 % 60, seconds % 60,
                     fraction);
}

std::vector<Window> windows(const Report& report) {
  std::vector<Window> found;
  for (const RunEvent& event : report.events)
    if (found.size() < kMaxWindows)
      found.push_back({event.at, event.until, event.name, event.detail});
  std::stable_sort(found.begin(), found.end(),
                   [](const Window& a, const Window& b) { return a.from < b.from; });
  return found;
}

std::optional<Window> longest_stall(const Report& report) {
  const Timeline& timeline = report.timeline;
  const std::size_t steps = std::min(timeline.written.size(), timeline.depth.size());
  std::size_t longest = 0, end = 0, length = 0;
  for (std::size_t i = 0; i < steps; ++i) {
    const bool stalled = timeline.written[i] == 0.0 && timeline.depth[i].value_or(0) > 0;
    length = stalled ? length + 1 : 0;
    if (length > longest) {
      longest = length;
      end = i + 1;
    }
  }
  const Nanoseconds stall = timeline.step * static_cast<std::int64_t>(longest);
  if (stall < 2s) return std::nullopt;
  const Nanoseconds until = timeline.step * static_cast<std::int64_t>(end);
  return Window{until - stall, until, "", ""};
}

}  // namespace votebench::report::html
