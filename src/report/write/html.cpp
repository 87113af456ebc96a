#include "report/write/html.h"

#include <algorithm>

#include "core/text.h"
#include "report/write/assets.h"
#include "report/write/render.h"

namespace votebench::report {
namespace {

using html::class_of;
using html::Markup;
using html::Raw;
using html::sign_of;

constexpr std::size_t kLongestPart = 100'000;
// A table of more is a list of cards on a phone.
constexpr std::ptrdiff_t kNarrowColumns = 5;

constexpr std::string_view kPage = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="votebench {}">
<title>{}</title>
<style>{}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the verdict</a>
<header class="top">
<span class="brand">votebench</span>
<nav aria-label="Sections">{}</nav>
<button type="button" id="theme" hidden>Dark</button>
</header>
<main id="main">
{}</main>
<footer>
<p>{}</p>
</footer>
<script type="application/json" id="data">{{{}}}</script>
<script>{}</script>
</body>
</html>
)";

// "37 votes lost", "Every vote accounted for"; the name of a metric stays as it is.
std::string sentence(std::string text) {
  if (text.substr(0, text.find(' ')).find('.') != std::string::npos) return text;
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

Raw inline_markup(const Words& words) {
  Markup out;
  for (const Span& span : words.spans()) {
    if (span.kind == Span::Kind::code)
      out.add("<code>{}</code>", Raw{escape(span.text)});
    else if (span.kind == Span::Kind::strong)
      out.add("<b>{}</b>", span.text);
    else if (span.kind == Span::Kind::mark)
      out.add(R"(<span class="mark {}">{}</span> )", class_of(span.state), sign_of(span.state));
    else
      out.add("{}", span.text);
  }
  return std::move(out).raw();
}

// A sign with its word, so that colour is never needed: "✓ met".
Raw marked(State state, const Raw& words) {
  Markup out;
  out.add(R"(<span class="mark {}"><span aria-hidden="true">{}</span> {}</span>)", class_of(state),
          sign_of(state), words);
  return std::move(out).raw();
}

// JSON that may stand in a script element.
std::string for_script(std::string_view json) {
  std::string safe;
  for (const char c : json)
    safe += c == '<' || c == '>' || c == '&' ? fmt::format("\\u{:04x}", c) : std::string(1, c);
  return safe;
}

class HtmlWriter {
 public:
  std::string write(const Document& document) && {
    banner(document);
    for (const Section& section : document.sections)
      if (section.shown(kFull) && !section.minor) this->section(section);
    if (!document.guide.empty())
      out_.add(
          "<section id=\"guide\"><h2>How to read this</h2><p class=\"note\">{}</p></section>\n",
          Raw{escape(document.guide, kLongestPart)});
    if (document.glossary) out_.add("{}", Raw{std::string(assets::kGlossary)});
    return page(document);
  }

 private:
  [[nodiscard]] std::string page(const Document& document) const {
    const Heading& heading = document.heading;
    const std::string title = heading.word + (heading.name.empty() ? "" : " " + heading.name) +
                              (heading.headline.empty() ? "" : ": " + heading.headline);
    Markup page;
    page.add(kPage, Raw{std::string(assets::kStyleHash)}, Raw{std::string(assets::kScriptHash)},
             document.version, title, Raw{std::string(assets::kStyle)}, Raw{nav_.text()},
             Raw{out_.text()}, document.footer, Raw{for_script(data_)},
             Raw{std::string(assets::kScript)});
    return std::move(page).take();
  }

  void banner(const Document& document) {
    const Heading& heading = document.heading;
    const State state = heading.state.value_or(State::remark);
    out_.add(R"(<div class="verdict {}"><div class="sign" aria-hidden="true">{}</div><div>
<h1><span class="word">{}</span> {}</h1>
)",
             class_of(state), sign_of(state), heading.word,
             sentence(heading.figure.empty() ? heading.headline : heading.figure));
    for (const auto& [where, words] : heading.about)
      if ((where & kFull) != 0) out_.add("<p class=\"subject\">{}</p>\n", inline_markup(words));
    for (const auto& [of, words] : heading.findings)
      out_.add("<p class=\"finding {}\">{}</p>\n", class_of(of), inline_markup(words));
    out_.add("<p class=\"meta\">{}</p>\n</div></div>\n<div class=\"lists\">", heading.meta);
    for (const Section& section : document.sections)
      if (section.shown(kFull) && section.minor) minor(section);
    if (!document.next.empty()) {
      out_.add("<div class=\"list\"><h2>Next</h2><ul class=\"commands\">");
      for (const std::string& command : document.next)
        out_.add("<li><code>{}</code></li>", Raw{escape(command, kLongestCommand)});
      out_.add("</ul></div>");
    }
    out_.add("</div>\n");
  }

  void minor(const Section& section) {
    out_.add("<div class=\"list\"><h2>{}</h2>", section.title);
    blocks(section.blocks);
    out_.add("</div>\n");
  }

  void section(const Section& section) {
    if (section.title.empty()) return blocks(section.blocks);
    if (section.id.empty()) {
      out_.add("<section><h2>{}</h2>\n", section.title);
    } else {
      nav_.add("<a href=\"#{}\">{}</a>", section.id, section.title);
      out_.add("<section id=\"{}\"><h2>{}</h2>\n", section.id, section.title);
    }
    blocks(section.blocks);
    out_.add("</section>\n");
  }

  void blocks(const std::vector<Block>& blocks) {
    for (const Block& block : blocks)
      if ((block.in & kFull) != 0)
        std::visit([this](const auto& content) { add(content); }, block.content);
  }

  void add(const Paragraph& paragraph) {
    out_.add("<p class=\"note\">{}</p>\n", inline_markup(paragraph.words));
  }

  void add(const List& list) {
    if (!list.title.empty()) out_.add("<h3>{}</h3>", list.title);
    out_.add(list.numbered ? "<ol class=\"events\">" : "<ul>");
    for (const auto& [state, words] : list.items) out_.add("<li>{}</li>", inline_markup(words));
    out_.add(list.numbered ? "</ol>\n" : "</ul>\n");
  }

  void add(const Facts& facts) {
    out_.add("<div class=\"scroll\"><table class=\"plain\"><tbody>\n");
    for (const Fact& fact : facts.facts)
      if ((fact.in & kFull) != 0)
        out_.add("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", fact.name,
                 inline_markup(fact.words));
    out_.add("</tbody></table></div>\n");
  }

  void add(const Table& table) {
    if (table.filter) filter(table);
    const auto columns = std::ranges::count_if(
        table.columns, [](const Column& column) { return (column.in & kFull) != 0; });
    stacked_ = columns > kNarrowColumns && !folded_;
    out_.add(R"(<div class="{}" tabindex="0"><table{})", table.filter ? "long" : "scroll",
             Raw{stacked_ ? " class=\"stack\"" : ""});
    if (!table.id.empty()) out_.add(" id=\"{}\"", table.id);
    out_.add("><thead><tr>");
    for (const Column& column : table.columns)
      if ((column.in & kFull) != 0)
        out_.add(column.title.empty() ? "<td></td>" : "<th scope=\"col\"{}>{}</th>",
                 class_of_column(column), column.title);
    out_.add("</tr></thead><tbody>\n");
    for (const Row& row : table.rows)
      if ((row.in & kFull) != 0) this->row(table, row);
    out_.add("</tbody></table></div>\n");
  }

  static Raw class_of_column(const Column& column) {
    return {column.number ? " class=\"number\"" : ""};
  }

  // For where a row is a card.
  [[nodiscard]] Raw label(const Column& column) const {
    Markup out;
    if (stacked_ && !column.title.empty()) out.add(" data-label=\"{}\"", column.title);
    return std::move(out).raw();
  }

  void row(const Table& table, const Row& row) {
    out_.add("<tr class=\"{}\" data-class=\"{}\">", row.state ? class_of(*row.state) : "",
             row.group);
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      if ((table.columns[i].in & kFull) != 0)
        out_.add("<td{}{}>{}</td>", class_of_column(table.columns[i]), label(table.columns[i]),
                 cell(row.cells[i]));
    out_.add("</tr>\n");
  }

  static Raw cell(const Cell& cell) {
    Markup out;
    const Raw words = inline_markup(cell.words);
    if (!cell.trail.empty()) {
      out.add(R"(<details><summary title="what is known of it">{}</summary><ol class="trail">)",
              words);
      for (const auto& [when, what] : cell.trail) out.add("<li><b>{}</b> {}</li>", when, what);
      out.add("</ol></details>");
    } else {
      out.add("{}", cell.state ? marked(*cell.state, words) : words);
    }
    for (const Words& more : cell.more) out.add("<br>{}", inline_markup(more));
    out.add("{}", html::picture(cell.picture));
    return std::move(out).raw();
  }

  // By words and by the groups of the rows; report.js makes it work.
  void filter(const Table& table) {
    std::vector<std::pair<std::string, std::size_t>> groups;
    for (const Row& row : table.rows) {
      const auto known =
          std::ranges::find(groups, row.group, &std::pair<std::string, std::size_t>::first);
      known == groups.end() ? void(groups.emplace_back(row.group, 1)) : void(++known->second);
    }
    out_.add(R"(<form class="filter" id="filter" hidden><label>Filter <input type="search" )"
             R"(id="filter-text" placeholder="voter, event, station ..." autocomplete="off">)"
             R"(</label>)");
    for (const auto& [name, count] : groups)
      out_.add(
          R"(<label class="chip"><input type="checkbox" value="{0}" checked> {0} ({1})</label>)",
          name, count);
    out_.add(R"(<output id="filter-count"></output></form>
)");
  }

  void add(const Chart& chart) {
    if (data_.empty())
      out_.add(
          "<p class=\"note keys\" id=\"chart-keys\" hidden>Point at a chart to read its values, "
          "drag "
          "over it to zoom in. With keys: arrows move the crosshair, with Shift they select; Enter "
          "zooms in, Escape shows all.</p>\n");
    out_.add("{}", html::figure(chart));
    data_ += fmt::format("{}\"{}\":{}", data_.empty() ? "" : ",", chart.data, html::numbers(chart));
  }

  void add(const NightChart& chart) { out_.add("{}", html::figure(chart)); }

  void add(const Tiles& tiles) {
    out_.add("<ul class=\"tiles\">\n");
    for (const Tile& tile : tiles.tiles)
      out_.add(R"(<li class="tile {}"><span class="name">{}</span><span class="value">{}</span>)"
               R"(<span class="note">{}</span>{}</li>)",
               class_of(tile.state), tile.name, tile.value, tile.note, html::picture(tile.picture));
    out_.add("</ul>\n");
  }

  void add(const Ladder& ladder) { out_.add("{}", html::ladder(ladder)); }
  void add(const Rain& rain) { out_.add("{}", html::rain(rain)); }

  void add(const Preformatted& text) {
    out_.add("<pre>{}</pre>\n", Raw{escape_lines(text.text, kLongestPart)});
  }

  void add(const Fold& fold) {
    out_.add("<details class=\"data\"><summary>{}</summary>", fold.summary);
    folded_ = true;
    blocks(fold.blocks);
    folded_ = false;
    out_.add("</details>\n");
  }

  Markup out_;
  Markup nav_;
  std::string data_;      // of the charts, by name
  bool folded_ = false;   // within a Fold
  bool stacked_ = false;  // the table
};

}  // namespace

std::string_view result_schema() { return assets::kResultSchema; }

std::string write_html(const Document& document) { return HtmlWriter().write(document); }

}  // namespace votebench::report
