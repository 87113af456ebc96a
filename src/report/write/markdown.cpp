#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "report/write/writers.h"

namespace votebench::report {
namespace {

constexpr std::size_t kLongestCell = 500;

std::string_view sign(State state) {
  switch (state) {
    case State::good:
      return "✅ ";
    case State::bad:
      return "❌ ";
    case State::open:
      return "❔ ";
    case State::warning:
      return "⚠️ ";
    case State::remark:
      break;
  }
  return "";
}

// As plain words: nothing in it is Markdown or HTML any more. One "~" alone strikes nothing out.
std::string plain(std::string_view value) {
  const bool strikes = std::ranges::count(value, '~') > 1;
  const std::string_view special = strikes ? "\\`*_[]#|$~" : "\\`*_[]#|$";
  std::string escaped;
  for (const char c : printable(value, kLongestCell)) {
    if (c == '<') {
      escaped += "&lt;";
    } else if (c == '&') {
      escaped += "&amp;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else {
      if (special.find(c) != std::string_view::npos) escaped += '\\';
      escaped += c;
    }
  }
  return escaped;
}

// Shown as it is, and no mention or link is made of it.
std::string code(std::string_view value) {
  std::string shown;
  for (const char c : printable(value, kLongestCell)) {
    if (c == '`')
      shown += "\\x60";
    else if (c == '|')
      shown += "\\x7c";
    else
      shown += c;
  }
  return "`" + shown + "`";
}

std::string inline_text(const Words& words) {
  std::string text;
  for (const Span& span : words.spans()) {
    if (span.kind == Span::Kind::code)
      text += code(span.text);
    else if (span.kind == Span::Kind::strong)
      text += "**" + plain(span.text) + "**";
    else if (span.kind == Span::Kind::mark)
      text += sign(span.state);
    else
      text += plain(span.text);
  }
  return text;
}

// A line of a table; an empty cell is one space.
std::string table_line(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += cell.empty() ? " |" : " " + cell + " |";
  return line + "\n";
}

std::string cell_text(const Cell& cell) {
  std::string text = inline_text(cell.words);
  for (const Words& more : cell.more) text += "<br>" + inline_text(more);
  if (!cell.state) return text;
  const std::string mark(sign(*cell.state));
  return text.empty() ? mark.substr(0, mark.find_last_not_of(' ') + 1) : mark + text;
}

class MarkdownWriter {
 public:
  std::string write(const Document& document) && {
    heading(document.heading);
    for (const Section& section : document.sections)
      if (section.shown(kSummary)) this->section(section);
    if (document.next.empty() || (document.next_in & kSummary) == 0) return std::move(text_);
    text_ += "\nNext:\n\n";
    for (const std::string& command : document.next)
      text_ += "    " + printable(command, kLongestCommand) + "\n";
    return std::move(text_);
  }

 private:
  void heading(const Heading& heading) {
    text_ =
        fmt::format("## {}{}{}\n", heading.state ? sign(*heading.state) : "", plain(heading.word),
                    heading.title.empty() ? "" : ": " + plain(heading.title));
    for (const auto& [where, words] : heading.about)
      if ((where & kSummary) != 0) add(Paragraph{words});
  }

  void section(const Section& section) {
    if (!section.title.empty())
      text_ += fmt::format(fmt::runtime(section.minor ? "\n**{}**\n" : "\n### {}\n"),
                           plain(section.title));
    for (const Block& block : section.blocks)
      if ((block.in & kSummary) != 0)
        std::visit([this](const auto& content) { add(content); }, block.content);
  }

  void add(const Paragraph& paragraph) { text_ += "\n" + inline_text(paragraph.words) + "\n"; }

  void add(const List& list) {
    if (!list.title.empty()) text_ += "\n**" + plain(list.title) + "**\n";
    text_ += "\n";
    for (const auto& [state, words] : list.items) text_ += "- " + inline_text(words) + "\n";
  }

  void add(const Facts& facts) {
    text_ += "\n| | |\n|---|---|\n";
    for (const Fact& fact : facts.facts)
      if ((fact.in & kSummary) != 0)
        text_ += table_line({plain(fact.name), inline_text(fact.words)});
  }

  void add(const Table& table) {
    std::vector<std::string> titles;
    std::string rule = "|";
    for (const Column& column : table.columns) {
      if ((column.in & kSummary) == 0) continue;
      titles.push_back(plain(column.title));
      rule += column.number ? "--:|" : "---|";
    }
    text_ += "\n" + table_line(titles) + rule + "\n";
    for (const Row& row : table.rows) {
      if ((row.in & kSummary) == 0) continue;
      std::vector<std::string> cells;
      for (std::size_t i = 0; i < row.cells.size(); ++i)
        if ((table.columns[i].in & kSummary) != 0) cells.push_back(cell_text(row.cells[i]));
      text_ += table_line(cells);
    }
  }

  void add(const Preformatted& text) {
    text_ += "\n";
    std::string_view rest = text.text;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      text_ += "    " + printable(rest.substr(0, end), kLongestCell) + "\n";
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  void add(const Fold& fold) {
    for (const Block& block : fold.blocks)
      std::visit([this](const auto& content) { add(content); }, block.content);
  }

  // Pictures: what they show stands in words and tables beside them.
  void add(const Chart&) {}
  void add(const NightChart&) {}
  void add(const Tiles&) {}
  void add(const Ladder&) {}
  void add(const Rain&) {}

  std::string text_;
};

}  // namespace

std::string write_markdown(const Document& document) {
  static constexpr std::string_view kCut = "\n(cut here; result.json has everything)\n";
  std::string text = MarkdownWriter().write(document);
  if (text.size() <= kMaxMarkdownBytes) return text;
  text.resize(text.rfind('\n', kMaxMarkdownBytes - kCut.size()) + 1);
  return text += kCut;
}

}  // namespace votebench::report
