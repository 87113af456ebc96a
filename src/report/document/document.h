// A page as values: a heading, then sections of words, lists, tables and charts. What is said is
// decided once, here; how it looks is a writer's (report/write/): text, Markdown, HTML. Text of
// others is put in as it is: each writer makes it safe for its format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "report/measures/timeline.h"

namespace votebench::report {

enum class State : std::uint8_t { good, bad, open, warning, remark };

// How much room a page has: a terminal, a summary, all there is. A part says where it is shown.
using Details = std::uint8_t;
inline constexpr Details kBrief = 1;
inline constexpr Details kSummary = 2;
inline constexpr Details kFull = 4;
inline constexpr Details kPages = kSummary | kFull;
inline constexpr Details kEverywhere = kBrief | kPages;

struct Span {
  enum class Kind : std::uint8_t { plain, strong, code, mark };
  Kind kind = Kind::plain;
  std::string text;
  State state = State::remark;  // the sign of a mark, the colour of something strong
};

// A piece of text; plain unless it says otherwise.
class Words {
 public:
  Words() = default;
  // NOLINTBEGIN(google-explicit-constructor): a text is words wherever words are wanted.
  Words(std::string text) { add({Span::Kind::plain, std::move(text)}); }
  Words(std::string_view text) : Words(std::string(text)) {}
  Words(const char* text) : Words(std::string(text)) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] static Words code(std::string text) {
    return Words().add({Span::Kind::code, std::move(text)});
  }
  [[nodiscard]] static Words strong(std::string text, State state = State::remark) {
    return Words().add({Span::Kind::strong, std::move(text), state});
  }
  [[nodiscard]] static Words mark(State state) {
    return Words().add({Span::Kind::mark, "", state});
  }

  Words& add(Span span) {
    if (!span.text.empty() || span.kind == Span::Kind::mark) spans_.push_back(std::move(span));
    return *this;
  }
  friend Words operator+(Words left, const Words& right) {
    for (const Span& span : right.spans_) left.add(span);
    return left;
  }
  [[nodiscard]] const std::vector<Span>& spans() const { return spans_; }
  [[nodiscard]] bool empty() const { return spans_.empty(); }

 private:
  std::vector<Span> spans_;
};

struct Paragraph {
  Words words;
};

struct List {
  std::string title;  // on pages; may be empty
  std::vector<std::pair<State, Words>> items;
  bool marked = true;       // on a terminal: each with its mark; else beside the section's label
  std::size_t at_most = 0;  // on a terminal; 0: all
  bool numbered = false;    // in HTML
};

// Names and what is known of them.
struct Fact {
  std::string name;
  Words words;
  Details in = kEverywhere;
};
struct Facts {
  std::vector<Fact> facts;
};

// Small pictures, drawn where there is room: a series, or a dot per run of two groups, or a change
// with its interval on a scale from -reach to reach.
struct Spark {
  Series series;
  std::string style;
};
struct RunDots {
  std::vector<double> a, b;
  std::optional<double> median_a, median_b;
  std::string finding;
  std::string low, high;  // the ends of its axis
};
struct Interval {
  double low = 0, estimate = 0, high = 0;
  double reach = 1;
  double band = 0;  // changes within it are not worth a word
  std::string finding;
};
using Picture = std::variant<std::monostate, Spark, RunDots, Interval>;

struct Cell {
  Words words;
  std::optional<State> state{};                              // its sign, on pages
  std::optional<std::string> brief{};                        // what a terminal shows instead
  std::vector<Words> more{};                                 // further lines
  std::vector<std::pair<std::string, std::string>> trail{};  // in HTML: unfolds, when and what
  Picture picture{};
};

struct Column {
  std::string title;
  bool number = false;  // right-aligned
  std::size_t at = 0;   // on a terminal: where its numbers end, or its words begin
  Details in = kEverywhere;
  bool optional = false;  // on a terminal: left out of a row that has no room for it
};

struct Row {
  std::vector<Cell> cells;       // one per column
  std::optional<State> state{};  // its mark on a terminal, its colour in HTML
  std::string group{};           // what the filter in HTML tells apart
  std::string below{};           // on a terminal
  std::string instead{};         // on a terminal: of all cells but the first
  Details in = kEverywhere;
};

struct Table {
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::string id{};     // in HTML
  bool filter = false;  // in HTML, by words and by group
};

// Something that happened, from `from` on; with an end it is a window.
struct Window {
  Nanoseconds from{};
  std::optional<Nanoseconds> to;
  std::string name;
  std::string detail;
};

// What an axis or the cursor of a chart says of a number.
enum class Scale : std::uint8_t { time, share, per_second, count, duration };

struct Curve {
  std::string style;  // the class of its look: "accepted"
  std::string name;
  Series series;                                    // one value per step of the chart, or
  std::vector<std::pair<double, double>> points{};  // x, y
};

struct Chart {
  std::string id;    // "rate"
  std::string data;  // what the page calls its numbers: "rates"
  std::string title;
  std::string finding;  // what it shows, a sentence
  Scale x = Scale::time, y = Scale::count;
  bool tall = true, area = false;
  bool band = false;    // between the first two curves
  Nanoseconds step{};   // of the series of its curves
  Nanoseconds until{};  // its time axis goes so far at least
  std::vector<Curve> curves{};
  std::vector<Window> windows{};  // shaded
  std::vector<double> marks{};    // on the time axis, seconds
  std::string mark_words{};
};

// A number per night, with the stretches between its changes.
struct NightChart {
  struct Night {
    std::string name;             // "2026-11-21"
    std::string text;             // "431/s"
    std::optional<double> value;  // nothing: not measured
    bool marked = false;          // votes were lost in it, or worse
  };
  struct Stretch {  // nights [from, to) and their median; a change lies between two
    std::size_t from = 0, to = 0;
    double median = 0;
  };
  std::string id;       // "written-rate-max"
  std::string title;    // the metric
  std::string finding;  // what it shows, a sentence
  std::vector<Night> nights;
  std::vector<Stretch> stretches;
  double high = 1;  // of the axis, which begins at 0
  std::vector<std::pair<double, std::string>> ticks;
};

struct Tile {
  std::string name, value, note;
  State state = State::remark;
  Picture picture{};
};
struct Tiles {
  std::vector<Tile> tiles;
};

// Votes from station to station, with what was left behind between two of them.
struct Station {
  std::string name;
  std::uint64_t votes = 0;
  std::string note;
  std::uint64_t hatched = 0;  // of the votes, told apart
};
struct LeftBehind {
  State state = State::remark;
  std::uint64_t votes = 0;
  std::string why;
};
struct Ladder {
  std::uint64_t whole = 0;
  std::vector<std::variant<Station, LeftBehind>> steps;
};

// Every anomaly as a dot at its send time, stacked in columns; places in [0, 1].
struct Rain {
  std::string caption;
  std::vector<std::pair<double, std::size_t>> columns;
  std::optional<double> event;
};

struct Preformatted {
  std::string text;
};

struct Block;
struct Fold {
  std::string summary;
  std::vector<Block> blocks;
};

struct Block {
  std::variant<Paragraph, List, Facts, Table, Chart, NightChart, Tiles, Ladder, Rain, Preformatted,
               Fold>
      content;
  Details in = kEverywhere;
};

struct Section {
  std::string id;     // in HTML: its anchor; empty: none
  std::string label;  // on a terminal: in capitals, beside its first words
  std::string title;  // on pages
  Details in = kEverywhere;
  bool minor = false;  // a list or two that belong to the heading
  bool apart = false;  // on a terminal: below an empty line and its title, without a label
  std::vector<Block> blocks{};

  // Has it anything for a page of this kind?
  [[nodiscard]] bool shown(Details page) const;
  // Nothing that would be empty is added.
  void add(Paragraph paragraph, Details where = kEverywhere);
  void add(List list, Details where = kEverywhere);
  void add(Table table, Details where = kEverywhere);
  // Nor a chart that no curve makes more than a dot of: false then.
  bool add(Chart chart, Details where = kEverywhere);
  template <typename Content>
  void add(Content content, Details where = kEverywhere) {
    blocks.push_back({std::move(content), where});
  }
};

struct Heading {
  std::optional<State> state;
  std::string word;                              // "FAIL"
  std::string name;                              // the scenario
  std::string time;                              // how long it took; may be empty
  std::string headline;                          // one clause
  std::string figure;                            // in HTML, for it: "31 of 33,527 lost: 1 in 1,082"
  std::string title;                             // of the page, after the word
  std::vector<std::pair<Details, Words>> about;  // sentences
  std::vector<std::pair<State, Words>> findings;  // in HTML
  std::string meta;                               // in HTML: one small line
};

struct Document {
  Heading heading;
  std::vector<Section> sections;
  std::string path;               // on a terminal: of the page for people
  std::vector<std::string> next;  // commands to type
  Details next_in = kEverywhere;
  std::string closing;  // on a terminal: its last line
  std::string footer;   // in HTML
  std::string version;
  bool glossary = false;  // in HTML
  std::string guide{};    // in HTML: how to read it
};

}  // namespace votebench::report
