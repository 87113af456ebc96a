#include "report/text_page.h"

#include <fmt/format.h>

#include <algorithm>

namespace votebench::report {
namespace {

std::string_view glyph(State state, bool unicode) {
  switch (state) {
    case State::good:
      return unicode ? "✓" : "+";
    case State::bad:
      return unicode ? "✗" : "x";
    case State::open:
      return "?";
    case State::warning:
      return "!";
    case State::remark:
      break;
  }
  return unicode ? "·" : ".";
}

Colour colour_of(State state) {
  if (state == State::good) return Colour::good;
  if (state == State::bad) return Colour::bad;
  return state == State::remark ? Colour::dim : Colour::warning;
}

// The last space outside quotes, one before an option where there is one.
std::size_t last_gap(std::string_view words) {
  std::size_t gap = std::string_view::npos;
  std::size_t option = std::string_view::npos;
  bool quoted = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == '\\' && !quoted) {
      ++i;  // the next one is no quote
      continue;
    }
    quoted ^= words[i] == '\'';
    if (words[i] != ' ' || quoted) continue;
    gap = i;
    if (words.substr(i).starts_with(" --")) option = i;
  }
  return option != std::string_view::npos ? option : gap;
}

}  // namespace

void TextPage::line(std::string_view text) {
  const std::size_t end = text.find_last_not_of(' ');
  text_ += text.substr(0, end == std::string_view::npos ? 0 : end + 1);
  text_ += '\n';
}

void TextPage::wrapped(std::string head, std::string_view words, std::size_t indent) {
  head = pad_right(std::move(head), indent);
  const std::size_t used = std::max(display_width(head), indent);
  const std::size_t room = style_.width > used + 10 ? style_.width - used : 10;
  for (const std::string& part : wrap(words, room)) {
    line(head + part);
    head.assign(used, ' ');
  }
}

void TextPage::section(std::string_view name, std::string_view words) {
  wrapped("  " + paint(style_, Colour::bold, name), words, kLabel);
}

void TextPage::item(State state, std::string_view words) {
  wrapped(fmt::format("    {} ", mark(state)), words, 6);
}

void TextPage::command(std::string head, const std::string& text) {
  constexpr std::size_t kLongest = 64 * 1024;  // half a command is none
  const std::string shown = report::safe(style_, text, kLongest);
  std::string_view words = shown;
  const std::size_t room = style_.width - kLabel;
  while (display_width(words) > room) {
    const std::size_t cut = last_gap(words.substr(0, room - 1));
    if (cut == std::string_view::npos) break;
    line(head + std::string(words.substr(0, cut)) + " \\");
    words.remove_prefix(cut + 1);
    head.assign(kLabel + 2, ' ');
  }
  line(head + std::string(words));
}

std::string TextPage::mark(State state) const {
  return paint(style_, colour_of(state), glyph(state, style_.unicode));
}

std::string TextPage::safe(std::string_view text) const { return report::safe(style_, text, 500); }

}  // namespace votebench::report
