#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "report/write/writers.h"

namespace votebench::report {
namespace {

constexpr std::size_t kLabel = 11;      // where the words of a section begin
constexpr std::size_t kFact = 13;       // where the words of a fact begin
constexpr std::size_t kSpark = 35;      // where a sparkline begins
constexpr std::size_t kLeastRoom = 20;  // a column narrower than this wraps nothing
constexpr std::size_t kLongestName = 60;
constexpr std::size_t kLongestSpan = 500;

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

// Our own signs in ASCII; safe() would make "?" of them.
std::string spelled(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool least = text.substr(at).starts_with("≥");
    const bool about = text.substr(at).starts_with("±");
    out += least ? ">=" : about ? "+-" : std::string(1, text[at]);
    at += least ? std::string_view("≥").size() : about ? std::string_view("±").size() : 1;
  }
  return out;
}

class TextWriter {
 public:
  explicit TextWriter(const Style& style) : style_(style) {}

  std::string write(const Document& document) && {
    heading(document.heading);
    for (const Section& section : document.sections)
      if (section.shown(kBrief)) this->section(section);
    if (!document.path.empty()) line("  report   " + safe(document.path));
    for (std::size_t i = 0; i < document.next.size(); ++i)
      command(i == 0 ? "  next     " : "           ", document.next[i]);
    if (!document.closing.empty()) wrapped("", safe(document.closing), 0);
    return std::move(text_);
  }

 private:
  [[nodiscard]] std::string safe(std::string_view text) const {
    return report::safe(style_, style_.unicode ? std::string(text) : spelled(text), kLongestSpan);
  }
  [[nodiscard]] std::string mark(State state) const {
    return paint(style_, colour_of(state), glyph(state, style_.unicode));
  }
  [[nodiscard]] std::string plain(const Words& words) const {
    std::string text;
    for (const Span& span : words.spans()) {
      if (span.kind == Span::Kind::mark)
        text += mark(span.state) + " ";
      else if (span.kind == Span::Kind::strong)
        text += paint(style_, colour_of(span.state), safe(span.text));
      else
        text += safe(span.text);
    }
    return text;
  }

  // Without the spaces at its end.
  void line(std::string_view text) {
    const std::size_t end = text.find_last_not_of(' ');
    text_ += text.substr(0, end == std::string_view::npos ? 0 : end + 1);
    text_ += '\n';
  }

  // `head` (already painted), then `words` from column `indent` on, wrapped.
  void wrapped(std::string head, std::string_view words, std::size_t indent) {
    head = pad_right(std::move(head), indent);
    const std::size_t used = std::max(display_width(head), indent);
    const std::size_t room = style_.width > used + 10 ? style_.width - used : 10;
    for (const std::string& part : wrap(words, room)) {
      line(head + part);
      head.assign(used, ' ');
    }
  }

  void item(State state, std::string_view words) {
    wrapped(fmt::format("    {} ", mark(state)), words, 6);
  }

  // What is to be copied goes on in the next line the way a shell reads it.
  void command(std::string head, const std::string& text) {
    const std::string shown = report::safe(style_, text, kLongestCommand);
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

  void heading(const Heading& heading) {
    const Colour colour = heading.state ? colour_of(*heading.state) : Colour::bold;
    std::string row = paint(style_, colour, safe(heading.word));
    if (!heading.name.empty()) row += "  " + clip(style_, safe(heading.name), 40);
    for (const std::string& piece : {heading.time, safe(heading.headline)}) {
      if (piece.empty()) continue;
      if (display_width(row) + 3 + display_width(piece) <= style_.width) {
        row += "   " + piece;
        continue;
      }
      for (const std::string& part : wrap(piece, style_.width - 2)) {
        line(row);
        row = "  " + part;
      }
    }
    line(row);
    for (const auto& [where, words] : heading.about)
      if ((where & kBrief) != 0) wrapped("", plain(words), 0);
  }

  void section(const Section& section) {
    label_ = section.label;
    if (section.apart) {
      line("");
      if (!section.title.empty()) wrapped("", safe(section.title), 0);
    }
    for (const Block& block : section.blocks)
      if ((block.in & kBrief) != 0)
        std::visit([this](const auto& content) { add(content); }, block.content);
  }

  // "  AUDIT    ", once: the first words of a section stand beside its label.
  std::string label() {
    const std::string name = std::exchange(label_, {});
    return "  " + paint(style_, Colour::bold, name) + (name.size() + 2 >= kLabel ? "   " : "");
  }

  void add(const Paragraph& paragraph) { wrapped(label(), plain(paragraph.words), kLabel); }

  void add(const List& list) {
    if (list.marked && !label_.empty()) line(label());
    const std::size_t shown =
        list.at_most == 0 ? list.items.size() : std::min(list.at_most, list.items.size());
    for (std::size_t i = 0; i < shown; ++i) {
      const auto& [state, words] = list.items[i];
      list.marked ? item(state, plain(words)) : wrapped(label(), plain(words), kLabel);
    }
    if (shown < list.items.size())
      wrapped(label(), fmt::format("{} more", list.items.size() - shown), kLabel);
  }

  void add(const Facts& facts) {
    for (const Fact& fact : facts.facts)
      if ((fact.in & kBrief) != 0) wrapped("  " + fact.name, plain(fact.words), kFact);
  }

  void add(const Table& table) {
    const bool titled = std::ranges::any_of(
        table.columns, [](const Column& column) { return column.number && shown(column); });
    if (!label_.empty() && titled)
      line(paint(style_, Colour::bold,
                 cells("  " + std::exchange(label_, {}), table, titles(table))));
    else if (!label_.empty())
      line(label());
    for (const Row& row : table.rows)
      if ((row.in & kBrief) != 0) this->row(table, row);
  }

  void add(const Preformatted& text) { wrapped("", safe(text.text), kLabel); }
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

  static bool shown(const Column& column) { return (column.in & kBrief) != 0; }

  static std::vector<std::string> titles(const Table& table) {
    std::vector<std::string> titles;
    for (const Column& column : table.columns) titles.push_back(column.title);
    return titles;
  }

  // The numbers of a row behind its name, each ending at its column or as far right as it must.
  static std::string cells(std::string row, const Table& table,
                           const std::vector<std::string>& texts) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const Column& column = table.columns[i];
      if (!column.number || !shown(column)) continue;
      const std::size_t used = display_width(row) + 1;
      row += " " + pad_left(texts[i], column.at > used ? column.at - used : 0);
    }
    return row;
  }

  // A column per value, or per some of them; more than half of the room is for what they differ by.
  [[nodiscard]] std::string sparkline(const Series& series) const {
    const std::size_t room =
        std::clamp<std::size_t>(style_.width, kSpark + 8, kSpark + 44) - kSpark;
    const Series columns = means(series, room);
    double high = 0;
    double low = std::numeric_limits<double>::infinity();
    for (const auto& value : columns) {
      high = std::max(high, value.value_or(0));
      low = std::min(low, value.value_or(low));
    }
    low = std::min(low, high / 2);
    std::string text;
    for (const auto& value : columns)
      text += value ? spark_cell(high > low ? (*value - low) / (high - low) : 0, style_.unicode)
                    : std::string(" ");
    return text;
  }

  // At most `most` values: the means of as many that follow each other; none of nothing.
  static Series means(const Series& series, std::size_t most) {
    const std::size_t each = (series.size() + most - 1) / most;
    Series columns;
    for (std::size_t from = 0; from < series.size(); from += each) {
      double sum = 0;
      double seen = 0;
      for (std::size_t i = from; i < std::min(from + each, series.size()); ++i) {
        sum += series[i].value_or(0);
        seen += series[i] ? 1 : 0;
      }
      columns.push_back(seen > 0 ? std::optional(sum / seen) : std::nullopt);
    }
    return columns;
  }

  [[nodiscard]] std::string brief(const Cell& cell) const {
    if (const auto* spark = std::get_if<Spark>(&cell.picture)) return sparkline(spark->series);
    return cell.brief ? safe(*cell.brief) : plain(cell.words);
  }

  // The columns that are shown: the name, the one before the last, the last.
  struct Ends {
    std::size_t name = 0, before = 0, last = 0;
  };
  static Ends ends(const Table& table) {
    Ends ends;
    while (!shown(table.columns[ends.name])) ++ends.name;
    ends.before = ends.last = ends.name;
    for (std::size_t i = ends.name + 1; i < table.columns.size(); ++i)
      if (shown(table.columns[i])) ends.before = std::exchange(ends.last, i);
    return ends;
  }

  void row(const Table& table, const Row& row) {
    const Ends at = ends(table);
    std::vector<std::string> texts;
    for (const Cell& cell : row.cells) texts.push_back(brief(cell));
    std::string text = row.state ? fmt::format("    {} ", mark(*row.state)) : "    ";
    text += clip(style_, texts[at.name], kLongestName);
    if (!row.instead.empty())
      return line(pad_right(std::move(text), table.columns[at.name].at) + "  " + safe(row.instead));
    text = clip(style_, cells(std::move(text), table, texts), style_.width);
    if (table.columns[at.last].number)
      line(text);
    else
      words(std::move(text), table, row);
    if (!row.below.empty()) wrapped("", safe(row.below), 6);
  }

  // The last column of a row, which holds words. Where there is not even the room to wrap them,
  // they stand below.
  void words(std::string row, const Table& table, const Row& of) {
    const Ends at = ends(table);
    const Column& column = table.columns[at.last];
    const std::size_t end = table.columns[at.before].at;
    const std::string text = brief(of.cells[at.last]);
    row = pad_right(std::move(row), end) + std::string(column.at - end, ' ');
    const bool fits = display_width(row) + display_width(text) <= style_.width;
    const bool narrow = style_.width < column.at + kLeastRoom;
    if (fits || (!column.optional && !narrow))
      wrapped(std::move(row), text, column.at);
    else
      line(row);
    if (!fits && narrow) item(State::remark, brief(of.cells[at.name]) + ": " + text);
    for (const Words& more : of.cells[at.last].more) wrapped("", plain(more), column.at);
  }

  const Style& style_;
  std::string text_;
  std::string label_;  // of the section, until its first words
};

}  // namespace

std::string write_text(const Document& document, const Style& style) {
  return TextWriter(style).write(document);
}

}  // namespace votebench::report
