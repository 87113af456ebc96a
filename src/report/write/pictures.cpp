#include <algorithm>
#include <array>

#include "core/text.h"
#include "report/words.h"
#include "report/write/html.h"

namespace votebench::report::html {
namespace {

// From values to columns of a picture of so many pixels.
struct Columns {
  double low = 0, high = 1, width = 1;
  [[nodiscard]] double operator()(double value) const {
    const double share = high > low ? (value - low) / (high - low) : 0.5;
    return 8 + std::clamp(share, 0.0, 1.0) * (width - 16);
  }
};

struct Dots {
  const char* side = "";
  int y = 0;
  const std::vector<double>& values;
  std::optional<double> median;
};

// A dot per run, a above b, on one axis.
Raw draw(const RunDots& runs) {
  Columns at{1e300, -1e300, 190};
  for (const auto* side : {&runs.a, &runs.b})
    for (const double value : *side) {
      at.low = std::min(at.low, value);
      at.high = std::max(at.high, value);
    }
  Markup out;
  out.add(R"(<svg width="190" height="60" role="img" aria-label="{}">)"
          R"(<line class="axis" x1="0" x2="190" y1="44" y2="44"/>)"
          R"(<text class="scale" x="0" y="57">{}</text>)",
          runs.finding, runs.low);
  if (runs.high != runs.low)
    out.add(R"(<text class="scale" x="190" y="57" text-anchor="end">{}</text>)", runs.high);
  for (const Dots& dots :
       {Dots{"a", 12, runs.a, runs.median_a}, Dots{"b", 32, runs.b, runs.median_b}}) {
    for (const double value : dots.values)
      out.add(R"(<circle class="{}" cx="{:.1f}" cy="{}" r="3.5" fill-opacity=".55"/>)", dots.side,
              at(value), dots.y);
    if (dots.median)
      out.add(R"(<line class="{0}" x1="{1:.1f}" x2="{1:.1f}" y1="{2}" y2="{3}"/>)", dots.side,
              at(*dots.median), dots.y - 8, dots.y + 8);
  }
  out.add("</svg>");
  return std::move(out).raw();
}

// The band is where nothing is worth a verdict.
Raw draw(const Interval& change) {
  const Columns at{-change.reach, change.reach, 150};
  Markup out;
  const std::string reach = percent_text(change.reach);
  out.add(R"(<svg width="150" height="40" role="img" aria-label="{0}">)"
          R"(<rect class="band" x="{1:.1f}" y="0" width="{2:.1f}" height="24"/>)"
          R"(<line class="axis" x1="{3:.1f}" x2="{3:.1f}" y1="0" y2="24"/>)"
          R"(<line class="b" x1="{4:.1f}" x2="{5:.1f}" y1="12" y2="12"/>)"
          R"(<circle class="b" cx="{6:.1f}" cy="12" r="4"/>)"
          R"(<text class="scale" x="0" y="37">-{7}</text>)"
          R"(<text class="scale" x="{3:.1f}" y="37" text-anchor="middle">0</text>)"
          R"(<text class="scale" x="150" y="37" text-anchor="end">+{7}</text></svg>)",
          change.finding, at(-change.band), at(change.band) - at(-change.band), at(0),
          at(change.low), at(change.high), at(change.estimate), reach);
  return std::move(out).raw();
}

Raw draw(const Spark& spark) { return sparkline(spark); }
Raw draw(const std::monostate&) { return {}; }

// A bar; the part of it that is told apart has a pattern.
void add_step(Markup& out, const Station& station, double whole) {
  const auto width = [&](std::uint64_t votes) {
    return fmt::format("{:.6g}", std::min(100.0, 100.0 * static_cast<double>(votes) / whole));
  };
  out.add(R"(<div class="station"><span class="name">{}</span><svg class="bar" width="100%" )"
          R"(height="26" aria-hidden="true"><rect class="rest" width="100%" height="26" rx="3"/>)"
          R"(<rect class="votes" width="{}%" height="26" rx="3"/>)",
          station.name, width(station.votes));
  if (station.hatched > 0)
    out.add(R"(<rect class="hatched" x="{}%" width="{}%" height="26" rx="3"/>)",
            width(station.votes - station.hatched), width(station.hatched));
  out.add(R"(</svg><span class="count">{}</span><span class="note">{}</span></div>
)",
          format_count(station.votes), station.note);
}

void add_step(Markup& out, const LeftBehind& left, double whole) {
  out.add(R"(<div class="step {}"><span class="drop">{} −{} ({})</span> {}</div>
)",
          class_of(left.state), sign_of(left.state), format_count(left.votes),
          percent_text(static_cast<double>(left.votes) / whole), left.why);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c); }

}  // namespace

std::string with_units(std::string_view text) {
  constexpr std::string_view kMicro = " us";
  std::string out;
  while (!text.empty()) {
    const std::size_t at = text.find(kMicro);
    out += text.substr(0, at);
    if (at == std::string_view::npos) break;
    const char after = at + kMicro.size() < text.size() ? text[at + kMicro.size()] : ' ';
    const bool unit = at > 0 && is_digit(text[at - 1]) && !is_letter(after);
    out += unit ? " µs" : kMicro;
    text.remove_prefix(at + kMicro.size());
  }
  return out;
}

std::string_view class_of(State state) {
  static constexpr std::array<std::string_view, 5> kClasses{"good", "bad", "open", "warning",
                                                            "remark"};
  return kClasses.at(static_cast<std::size_t>(state));
}

std::string_view sign_of(State state) {
  static constexpr std::array<std::string_view, 5> kSigns{"✓", "✗", "?", "!", "·"};
  return kSigns.at(static_cast<std::size_t>(state));
}

Raw ladder(const Ladder& ladder) {
  const double whole = std::max(static_cast<double>(ladder.whole), 1.0);
  Markup out;
  out.add(R"(<svg class="defs" width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" )"
          R"(width="6" height="6" patternUnits="userSpaceOnUse"><path d="M-1 7L7 -1M-1 1L1 )"
          R"(-1M5 7L7 5"/></pattern></defs></svg><div class="ladder">
)");
  for (const auto& step : ladder.steps)
    std::visit([&](const auto& one) { add_step(out, one, whole); }, step);
  out.add("</div>\n");
  return std::move(out).raw();
}

Raw rain(const Rain& rain) {
  constexpr std::size_t kHighest = 14;
  std::size_t highest = 1;
  for (const auto& [place, count] : rain.columns)
    highest = std::max(highest, std::min(count, kHighest));
  Markup out;
  out.add(R"(<figure class="dots"><figcaption class="note">{}</figcaption><svg role="img" )"
          R"(aria-label="Send times of the anomalies" width="100%" height="{}">)",
          rain.caption, 12 + 9 * highest);
  if (rain.event)
    out.add(R"(<g class="event"><line x1="{0:.2f}%" x2="{0:.2f}%" y1="0" y2="100%"/></g>)",
            1 + 98 * *rain.event);
  for (const auto& [place, count] : rain.columns)
    for (std::size_t i = 0; i < std::min(count, kHighest); ++i)
      out.add(R"(<circle class="dot" cx="{:.2f}%" cy="{}" r="3.6"/>)", 1 + 98 * place,
              5 + 9 * (highest - 1 - i));
  out.add("<line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"{0}\" y2=\"{0}\"/></svg></figure>\n",
          11 + 9 * highest);
  return std::move(out).raw();
}

Raw picture(const Picture& picture) {
  return std::visit([](const auto& one) { return draw(one); }, picture);
}

}  // namespace votebench::report::html
