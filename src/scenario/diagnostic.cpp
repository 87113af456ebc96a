#include "scenario/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <tuple>
#include <utility>

#include "core/check.h"
#include "core/text.h"

namespace votebench::scenario {
namespace {

constexpr std::size_t kWindow = 120;  // cells
constexpr std::string_view kUnshowable = "\xEF\xBF\xBD";

// What is shown for some bytes of the line.
struct Cell {
  std::string text;
  std::size_t width = 1;  // terminal columns
  bool marked = false;
};

char32_t decode(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 1) return byte(0);
  char32_t code = byte(0) & (0xFFU >> (sequence.size() + 1));
  for (std::size_t i = 1; i < sequence.size(); ++i) code = code << 6U | (byte(i) & 0x3FU);
  return code;
}

// The blocks that terminals draw two columns wide (Unicode 15, East Asian Width W and F, emoji) and
// those that take none (combining marks, joiners, variation selectors). wcwidth(3) would need a
// locale.
std::size_t width_of(char32_t code) {
  using Block = std::pair<char32_t, char32_t>;
  static constexpr std::array<Block, 9> kWide{{{0x1100, 0x115F},
                                               {0x2E80, 0xA4CF},
                                               {0xAC00, 0xD7A3},
                                               {0xF900, 0xFAFF},
                                               {0xFE30, 0xFE6F},
                                               {0xFF00, 0xFF60},
                                               {0xFFE0, 0xFFE6},
                                               {0x1F300, 0x1FAFF},
                                               {0x20000, 0x3FFFD}}};
  static constexpr std::array<Block, 4> kNone{
      {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20F0}, {0xFE00, 0xFE0F}}};
  const auto holds = [code](const Block& block) {
    return block.first <= code && code <= block.second;
  };
  if (std::any_of(kNone.begin(), kNone.end(), holds)) return 0;
  return std::any_of(kWide.begin(), kWide.end(), holds) ? 2 : 1;
}

Cell cell_of(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence == "\t") return {"\t", 1};
  const bool control = first < 0x20 || first == 0x7F ||
                       (sequence.size() == 2 && first == 0xC2 && decode(sequence) < 0xA0);
  if (control || (sequence.size() == 1 && first >= 0x80)) return {std::string(kUnshowable), 1};
  return {std::string(sequence), width_of(decode(sequence))};
}

bool overlaps(const Span& span, std::size_t begin, std::size_t end) {
  return span.offset < end && begin < span.offset + std::max<std::size_t>(span.length, 1);
}

std::vector<Cell> cells_of(std::string_view line, Span mark, std::span<const Span> masks) {
  std::vector<Cell> cells;
  for (std::size_t at = 0; at < line.size();) {
    const auto mask = std::find_if(masks.begin(), masks.end(), [&](const Span& candidate) {
      return candidate.offset <= at && at < candidate.offset + candidate.length;
    });
    const std::size_t begin = at;
    if (mask != masks.end()) {
      at = std::min(mask->offset + mask->length, line.size());
      cells.push_back({"***", 3});
    } else {
      at += sequence_length(line, at);
      cells.push_back(cell_of(line.substr(begin, at - begin)));
    }
    cells.back().marked = overlaps(mark, begin, at);
  }
  if (mark.offset >= line.size()) cells.push_back({" ", 1, true});  // just behind the line
  return cells;
}

void cut_to_window(std::vector<Cell>& cells) {
  if (cells.size() <= kWindow) return;
  const auto marked =
      std::find_if(cells.begin(), cells.end(), [](const Cell& cell) { return cell.marked; });
  const auto first = static_cast<std::size_t>(marked - cells.begin());
  const std::size_t begin = first < kWindow * 3 / 4 ? 0 : first - kWindow / 4;
  const std::size_t end = std::min(begin + kWindow, cells.size());
  const bool cut_before = begin > 0;
  const bool cut_behind = end < cells.size();
  cells = std::vector<Cell>(cells.begin() + static_cast<std::ptrdiff_t>(begin),
                            cells.begin() + static_cast<std::ptrdiff_t>(end));
  if (cut_before) cells.insert(cells.begin(), {"...", 3});
  if (cut_behind) cells.push_back({"...", 3});
}

// One line of a source as a terminal shows it, with the carets that go under a part of it.
struct Excerpt {
  std::string text;    // the line; masked parts are ***, bytes that cannot be shown U+FFFD
  std::string carets;  // spaces, tabs where the line has tabs, then one caret per cell
};

// The line without its end. `mark` and `masks` are byte ranges of the line (their source is not
// looked at). Lines wider than a window are cut around the mark.
Excerpt make_excerpt(std::string_view line, Span mark, std::span<const Span> masks) {
  std::vector<Cell> cells = cells_of(line, mark, masks);
  cut_to_window(cells);
  Excerpt excerpt;
  std::string padding;
  for (const Cell& cell : cells) {
    excerpt.text += cell.text;
    if (cell.marked) {
      excerpt.carets += padding + std::string(std::max<std::size_t>(cell.width, 1), '^');
      padding.clear();
    } else {
      padding += cell.text == "\t" ? "\t" : std::string(cell.width, ' ');
    }
  }
  const std::size_t last = excerpt.text.find_last_not_of(" \t");
  excerpt.text.erase(last == std::string::npos ? 0 : last + 1);
  return excerpt;
}

struct Line {
  std::size_t number = 1;
  std::size_t begin = 0;
  std::size_t end = 0;  // without the line's end
};

Line line_at(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const auto before = text.substr(0, offset);
  Line line;
  line.number += static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  line.begin = before.rfind('\n') + 1;  // npos + 1 is 0
  line.end = std::min(text.find('\n', offset), text.size());
  if (line.end > line.begin && text[line.end - 1] == '\r') --line.end;
  return line;
}

// Characters, not bytes, from the line's begin to `offset`, counted from 1.
std::size_t column_at(std::string_view text, const Line& line, std::size_t offset) {
  std::size_t column = 1;
  for (std::size_t at = line.begin; at < std::min(offset, line.end); ++column)
    at += sequence_length(text, at);
  return column;
}

// The parts of `masks` on this line, relative to its begin.
std::vector<Span> masks_on(const Line& line, const std::vector<Span>& masks) {
  std::vector<Span> on_line;
  for (const Span& mask : masks) {
    const std::size_t begin = std::max(mask.offset, line.begin);
    const std::size_t end = std::min(mask.offset + mask.length, line.end);
    if (begin < end) on_line.push_back({mask.source, begin - line.begin, end - begin});
  }
  return on_line;
}

// What would end a property, or a command, of GitHub's.
std::string escaped(std::string_view text, bool property) {
  std::string safe;
  for (const char c : text) {
    const bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    safe += special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return safe;
}

}  // namespace

std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  return is_valid_utf8(text.substr(at, length)) ? length : 1;
}

std::size_t Diagnostics::add_source(std::string name, std::string text, bool command_line) {
  sources_.push_back({std::move(name), std::move(text), command_line, {}});
  return sources_.size() - 1;
}

void Diagnostics::add(Diagnostic diagnostic) {
  CHECK_THAT_HOLDS(diagnostic.span.source < sources_.size());
  diagnostics_.push_back(std::move(diagnostic));
}

void Diagnostics::mask(Span span) { sources_[span.source].masks.push_back(span); }

void Diagnostics::sort() {
  std::stable_sort(
      diagnostics_.begin(), diagnostics_.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::tie(a.span.source, a.span.offset) < std::tie(b.span.source, b.span.offset);
      });
}

std::string Diagnostics::render() const {
  std::string text;
  for (std::size_t i = 0; i < std::min(diagnostics_.size(), kMaxShown); ++i)
    text += (i == 0 ? "" : "\n") + render_one(diagnostics_[i]);
  if (diagnostics_.size() > kMaxShown)
    text += fmt::format("\n... and {} more errors\n", diagnostics_.size() - kMaxShown);
  return text;
}

std::string Diagnostics::annotations() const {
  std::string text;
  for (std::size_t i = 0; i < std::min(diagnostics_.size(), kMaxShown); ++i) {
    const Diagnostic& diagnostic = diagnostics_[i];
    const Source& source = sources_[diagnostic.span.source];
    const Line line = line_at(source.text, diagnostic.span.offset);
    if (!source.command_line)
      text += fmt::format("::error file={},line={},col={}::{}{}\n", escaped(source.name, true),
                          line.number, column_at(source.text, line, diagnostic.span.offset),
                          escaped(diagnostic.message, false),
                          diagnostic.help.empty() ? "" : " - " + escaped(diagnostic.help, false));
  }
  return text;
}

std::string Diagnostics::render_one(const Diagnostic& diagnostic) const {
  const Source& source = sources_[diagnostic.span.source];
  const Line line = line_at(source.text, diagnostic.span.offset);
  const Span mark{0, diagnostic.span.offset - line.begin, diagnostic.span.length};
  const Excerpt excerpt =
      make_excerpt(std::string_view(source.text).substr(line.begin, line.end - line.begin), mark,
                   masks_on(line, source.masks));
  const std::string number = source.command_line ? " " : std::to_string(line.number);
  const std::string gutter(number.size() + 2, ' ');
  const std::string where = source.command_line
                                ? fmt::format("{} {}", source.name, excerpt.text)
                                : fmt::format("{}:{}:{}", printable(source.name), line.number,
                                              column_at(source.text, line, diagnostic.span.offset));
  const std::string path =
      diagnostic.path.empty() ? "" : fmt::format(" (at {})", printable(diagnostic.path));
  std::string text = fmt::format(
      "{}: error: {}{}\n{}|\n {} |{}{}\n{}| {}\n", where, diagnostic.message, path, gutter, number,
      excerpt.text.empty() ? "" : " ", excerpt.text, gutter, excerpt.carets);
  if (!diagnostic.help.empty()) text += fmt::format("{}= help: {}\n", gutter, diagnostic.help);
  return text;
}

}  // namespace votebench::scenario
