#include "scenario/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/check.h"
#include "core/text.h"
#include "scenario/excerpt.h"

namespace votebench::scenario {
namespace {

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

}  // namespace

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
