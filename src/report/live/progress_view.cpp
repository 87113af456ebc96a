#include <fmt/format.h>

#include <algorithm>

#include "report/live/progress.h"

namespace votebench::report {
namespace {

// Control sequences of ECMA-48 that every terminal since the VT100 knows.
constexpr std::string_view kEraseToEndOfLine = "\x1b[K";
constexpr std::string_view kEraseBelow = "\x1b[J";

// Lines that text of these widths takes on a terminal that has wrapped it to `columns`.
std::size_t lines_on_screen(const std::vector<std::size_t>& widths, std::size_t columns) {
  std::size_t lines = 0;
  for (const std::size_t width : widths)
    lines += std::max<std::size_t>(1, (width + columns - 1) / std::max<std::size_t>(columns, 1));
  return lines;
}

// To the first column of the block's first line. The cursor rests below the block.
std::string to_top(const std::vector<std::size_t>& widths, TerminalSize size) {
  const std::size_t up = lines_on_screen(widths, size.columns);
  return up == 0 ? "\r" : fmt::format("\r\x1b[{}A", up);
}

}  // namespace

std::string ProgressView::update(const ProgressState& state, TerminalSize size) {
  Style fitting = style_;
  // The last column stays free: writing it makes some terminals wrap at once, others later.
  fitting.width = std::min(style_.width, std::max<std::size_t>(size.columns, 2) - 1);
  std::vector<std::string> lines = progress_block(state, fitting);
  const std::size_t room = std::max<std::size_t>(size.rows, 2) - 1;
  if (lines.size() > room) lines.resize(room);

  // Written over what is there instead of erased first: that is what does not flicker.
  std::string bytes = to_top(shown_, size);
  shown_.clear();
  for (const std::string& line : lines) {
    bytes += line;
    bytes += kEraseToEndOfLine;
    bytes += '\n';
    shown_.push_back(display_width(line));
  }
  bytes += kEraseBelow;
  return bytes;
}

std::string ProgressView::message(std::string_view line, TerminalSize size) {
  return clear(size) + safe(style_, line, 4000) + "\n";
}

std::string ProgressView::clear(TerminalSize size) {
  if (shown_.empty()) return {};
  std::string bytes = to_top(shown_, size);
  bytes += kEraseBelow;
  shown_.clear();
  return bytes;
}

}  // namespace votebench::report
