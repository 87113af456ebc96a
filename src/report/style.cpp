#include "report/style.h"

#include <algorithm>
#include <array>

#include "core/text.h"

namespace votebench::report {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// East Asian Wide and Fullwidth blocks, and emoji (Unicode 15, annex 11), in coarse ranges.
constexpr std::array<Range, 13> kWide{{{0x1100, 0x115F},
                                       {0x2E80, 0x303E},
                                       {0x3041, 0x33FF},
                                       {0x3400, 0x4DBF},
                                       {0x4E00, 0x9FFF},
                                       {0xA000, 0xA4CF},
                                       {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},
                                       {0xFE30, 0xFE6F},
                                       {0xFF00, 0xFF60},
                                       {0xFFE0, 0xFFE6},
                                       {0x1F300, 0x1F9FF},
                                       {0x20000, 0x3FFFD}}};
// Combining marks and selectors.
constexpr std::array<Range, 5> kZero{
    {{0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}}};

template <std::size_t N>
bool in(const std::array<Range, N>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](const Range& r) { return c >= r.first && c <= r.last; });
}

struct Character {
  std::size_t bytes = 1;
  std::size_t columns = 1;
};

// The character at the start of `text`, which is valid UTF-8 and not empty.
Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t wanted = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const std::size_t bytes = std::min(wanted, text.size());
  if (bytes == 1) return {1, 1};
  char32_t code = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i)
    code = (code << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return {bytes, in(kZero, code) ? std::size_t{0} : in(kWide, code) ? std::size_t{2} : 1};
}

// The length of the longest start of `text` that takes at most `columns`.
std::size_t bytes_within(std::string_view text, std::size_t columns) {
  std::size_t at = 0;
  while (at < text.size()) {
    const Character next = first_character(text.substr(at));
    if (next.columns > columns) break;
    columns -= next.columns;
    at += next.bytes;
  }
  return at;
}

bool names_utf8(std::string_view locale) {
  std::string lower;
  for (const char c : locale)
    if (c != '-') lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower.find("utf8") != std::string::npos;
}

}  // namespace

Style style_for(const TerminalFacts& facts) {
  Style style;
  style.unicode = names_utf8(facts.locale);
  style.colour =
      facts.is_terminal && !facts.no_color && !facts.term.empty() && facts.term != "dumb";
  return style;
}

std::string paint(const Style& style, Colour colour, std::string_view text) {
  static constexpr std::array<std::string_view, 6> kCodes{"", "1", "2", "1;32", "1;31", "1;33"};
  if (!style.colour || colour == Colour::plain) return std::string(text);
  std::string painted = "\x1b[";
  painted += kCodes.at(static_cast<std::size_t>(colour));
  painted += 'm';
  painted += text;
  return painted + "\x1b[0m";
}

std::string safe(const Style& style, std::string_view text, std::size_t max_bytes) {
  std::string shown = printable(text, max_bytes);
  if (style.unicode) return shown;
  std::string ascii;
  for (std::size_t at = 0; at < shown.size();) {
    const std::size_t bytes = first_character(std::string_view(shown).substr(at)).bytes;
    ascii += bytes == 1 ? shown[at] : '?';
    at += bytes;
  }
  return ascii;
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    if (text.starts_with("\x1b[")) {
      text.remove_prefix(std::min(text.find('m'), text.size() - 1) + 1);
      continue;
    }
    const Character next = first_character(text);
    columns += next.columns;
    text.remove_prefix(next.bytes);
  }
  return columns;
}

std::string spark_cell(double share, bool unicode) {
  static constexpr std::array<std::string_view, 8> kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr std::string_view kAscii = "_.:-=+*#";
  const auto step = static_cast<std::size_t>(std::clamp(share * 7.0 + 0.5, 0.0, 7.0));
  return unicode ? std::string(kBlocks.at(step)) : std::string(1, kAscii.at(step));
}

std::string clip(const Style& style, std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  return std::string(text.substr(0, bytes_within(text, columns - 1))) + (style.unicode ? "…" : "~");
}

std::string pad_right(std::string text, std::size_t columns) {
  const std::size_t width = display_width(text);
  if (width < columns) text.append(columns - width, ' ');
  return text;
}

std::string pad_left(std::string text, std::size_t columns) {
  const std::size_t width = display_width(text);
  if (width < columns) text.insert(0, columns - width, ' ');
  return text;
}

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  while (display_width(text) > columns) {
    std::size_t cut = std::max(bytes_within(text, columns), first_character(text).bytes);
    const std::size_t space = text.substr(0, cut + 1).rfind(' ');
    if (space != std::string_view::npos && space > 0) cut = space;
    lines.emplace_back(text.substr(0, cut));
    text.remove_prefix(cut);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  if (!text.empty() || lines.empty()) lines.emplace_back(text);
  return lines;
}

}  // namespace votebench::report
