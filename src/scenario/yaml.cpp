#include "scenario/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <unordered_set>

#include "core/text.h"
#include "scenario/context.h"

namespace votebench::scenario {
namespace {

// What is checked of a text before any YAML is read from it, from `begin` on: size, encoding,
// control characters, tabs that indent, directives.
class TextCheck {
 public:
  TextCheck(std::size_t source, std::size_t begin, Diagnostics& diagnostics)
      : source_(source),
        begin_(begin),
        text_(diagnostics.text(source)),
        diagnostics_(diagnostics) {}

  // False: at least one diagnostic was added.
  bool run() {
    const std::size_t before = diagnostics_.size();
    if (size() && encoding()) {
      controls();
      lines();
    }
    return diagnostics_.size() == before;
  }

 private:
  void add(DiagnosticId id, std::size_t offset, std::string message, std::string help) {
    diagnostics_.add({id, {source_, offset, 1}, "", std::move(message), std::move(help)});
  }

  bool size() {
    if (text_.size() <= kMaxTextBytes) return true;
    add(DiagnosticId::file_too_large, 0,
        fmt::format("the text has {} bytes; at most {} are read", format_count(text_.size()),
                    format_count(kMaxTextBytes)),
        "a scenario is a small file: is this the right one?");
    return false;
  }

  bool encoding() {
    if (is_valid_utf8(text_)) return true;
    std::size_t at = 0;
    while (is_valid_utf8(text_.substr(at, sequence_length(text_, at))))
      at += sequence_length(text_, at);
    const bool utf16 = text_.substr(0, 2) == "\xFF\xFE" || text_.substr(0, 2) == "\xFE\xFF";
    add(DiagnosticId::not_utf8, at,
        fmt::format("the text is not UTF-8: byte 0x{:02x} at offset {}",
                    static_cast<unsigned>(static_cast<unsigned char>(text_[at])), at),
        utf16 ? "this looks like UTF-16: save the file as UTF-8" : "save the file as UTF-8");
    return false;
  }

  void controls() {
    for (std::size_t at = begin_; at < text_.size(); ++at) {
      const auto byte = static_cast<unsigned char>(text_[at]);
      const bool line_end =
          byte == '\n' || (byte == '\r' && at + 1 < text_.size() && text_[at + 1] == '\n');
      if ((byte >= 0x20 && byte != 0x7F) || byte == '\t' || line_end) continue;
      add(DiagnosticId::control_character, at,
          fmt::format("control character 0x{:02x} at offset {}", static_cast<unsigned>(byte), at),
          byte == '\r' ? "end lines with a line feed" : "remove it");
    }
  }

  void lines() {
    for (std::size_t begin = begin_; begin < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      line(begin, end);
      begin = end + 1;
    }
  }

  void line(std::size_t begin, std::size_t end) {
    const std::size_t first = text_.find_first_not_of(" \t\r", begin);
    if (first >= end) return;  // blank
    if (text_[first] == '%' && first == begin)
      add(DiagnosticId::yaml_directive, first, "YAML directives are not supported",
          "remove the line");
    const std::size_t tab = text_.find('\t', begin);
    if (tab < first && text_[first] != '#')
      add(DiagnosticId::tab_indentation, tab, "a tab cannot indent YAML", "use spaces");
  }

  std::size_t source_;
  std::size_t begin_;
  std::string_view text_;
  Diagnostics& diagnostics_;
};

// Leaves yaml-cpp in the middle of a text that is not worth reading on. Never leaves this file.
struct Stop {};

// yaml-cpp's words, and ours.
struct SyntaxMessage {
  std::string_view theirs;  // how yaml-cpp's message begins: 0.8 names the anchor after it
  std::string_view ours;
  std::string_view help;
};
constexpr std::array<SyntaxMessage, 7> kSyntaxMessages{{
    {"illegal map value", "a ':' cannot stand here",
     "check the indentation, and quote text that contains ': '"},
    {"end of map not found", "this does not continue the mapping above it",
     "check the indentation: keys of one mapping start in the same column"},
    {"end of sequence not found", "this does not continue the list above it",
     "check the indentation: the '-' of one list stand in the same column"},
    {"illegal flow end", "this bracket closes nothing", "remove it, or open it before"},
    {"illegal block entry", "a '-' cannot begin a list here",
     "put the list on lines of its own, or write [a, b]"},
    {"unknown token", "text cannot begin with this character", "quote the text"},
    {"the referenced anchor is not defined", "anchors and aliases are not supported",
     "write the value out, and quote text that begins with '*' or '&'"},
}};

// Builds the tree from yaml-cpp's events. yaml-cpp's own nodes would hide duplicate keys, further
// documents and positions.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::size_t source, std::size_t begin, Diagnostics& diagnostics)
      : source_(source),
        begin_(begin),
        text_(diagnostics.text(source)),
        diagnostics_(diagnostics) {}

  [[nodiscard]] Node take_root() { return std::move(root_); }
  // Where nothing has been read from yet.
  [[nodiscard]] std::size_t unread() const { return unread_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    add(DiagnosticId::second_document, span_at(mark, 1), "a second YAML document begins here",
        "a file holds one document: remove what follows, or check the indentation");
    throw Stop{};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.span = span_at(mark, 0);
    // An empty value is reported where the next token stands; its key is the better place.
    const std::string_view rest = text_.substr(std::min(node.span.offset, text_.size()));
    for (const std::string_view word : {"null", "Null", "NULL", "~"})
      if (rest.starts_with(word)) node.span.length = word.size();
    if (node.span.length == 0 && !stack_.empty() && stack_.back().key)
      node.span = stack_.back().key->span;
    check_properties(mark, "?", anchor);
    accept(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    add(DiagnosticId::anchor_or_alias, span_at(mark, 1), "anchors and aliases are not supported",
        "write the value out");
    accept(Node{});
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node;
    node.kind = Node::Kind::scalar;
    node.text = value;
    node.quoted = tag == "!";
    node.span = span_at(mark, 1);
    if (check_properties(mark, tag, anchor)) node.span.length = scalar_length(node);
    unread_ = node.span.offset + node.span.length;
    accept(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::mapping, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] Span span_at(const YAML::Mark& mark, std::size_t length) const {
    const auto offset = static_cast<std::size_t>(std::max(mark.pos, 0));
    return {source_, std::min(begin_ + offset, text_.size()), length};
  }
  // The innermost '{' or '[' that is open.
  [[nodiscard]] std::optional<Span> open_bracket() const {
    for (auto frame = stack_.rbegin(); frame != stack_.rend(); ++frame) {
      const Span span = frame->node.span;
      if (span.offset < text_.size() && (text_[span.offset] == '{' || text_[span.offset] == '['))
        return span;
    }
    return std::nullopt;
  }
  void add(DiagnosticId id, Span span, std::string message, std::string help) {
    diagnostics_.add({id, span, path(), std::move(message), std::move(help)});
  }

 private:
  struct Frame {
    Node node;
    std::optional<Member> key;  // of a mapping: read, its value not yet
    std::unordered_set<std::string> names;
  };

  [[nodiscard]] std::string path() const {
    std::string text;
    for (const Frame& frame : stack_) {
      if (frame.node.kind == Node::Kind::list) {
        text += fmt::format("/{}", frame.node.items.size());
      } else if (frame.key) {
        text += "/" + frame.key->name;
        if (names_a_secret(frame.key->name)) break;  // what is below it may be the secret
      }
    }
    return text;
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    check_properties(mark, tag, anchor);
    if (stack_.size() == kMaxDepth) {
      add(DiagnosticId::too_deep, span_at(mark, 1),
          fmt::format("more than {} levels of nesting", kMaxDepth), "");
      throw Stop{};
    }
    Frame frame;
    frame.node.kind = kind;
    frame.node.span = span_at(mark, 1);
    stack_.push_back(std::move(frame));
  }

  void close() {
    Node node = std::move(stack_.back().node);
    stack_.pop_back();
    accept(std::move(node));
  }

  void accept(Node node) {
    if (++values_ > kMaxValues) {
      add(DiagnosticId::too_many_values, node.span,
          fmt::format("more than {} values", format_count(kMaxValues)), "");
      throw Stop{};
    }
    node.owner = node.span;
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = stack_.back();
    if (frame.node.kind == Node::Kind::list) {
      frame.node.items.push_back(std::move(node));
    } else if (!frame.key) {
      accept_key(std::move(node));
    } else {
      node.owner = frame.key->span;
      frame.key->value = std::move(node);
      frame.node.members.push_back(std::move(*frame.key));
      frame.key.reset();
    }
  }

  void accept_key(Node node) {
    Frame& frame = stack_.back();
    if (node.kind != Node::Kind::scalar) {
      add(DiagnosticId::key_not_text, node.span, "a key must be text", "");
    } else if (node.text == "<<" && !node.quoted) {
      add(DiagnosticId::merge_key, node.span, "merge keys ('<<') are not supported",
          "write the keys out");
    } else if (!frame.names.insert(node.text).second) {
      add(DiagnosticId::duplicate_key, node.span,
          fmt::format("the key '{}' is there twice", printable(node.text)),
          "a key may stand only once in a mapping: remove one of them");
    }
    frame.key = Member{std::move(node.text), node.span, {}};
  }

  // False: a tag or an anchor stands where the value should.
  bool check_properties(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    const Span span = span_at(mark, 1);
    const char first = span.offset < text_.size() ? text_[span.offset] : '\0';
    if (anchor != 0) {
      add(DiagnosticId::anchor_or_alias, span, "anchors and aliases are not supported",
          "write the value out where it is needed");
      return false;
    }
    if ((!tag.empty() && tag != "?" && tag != "!") || first == '!') {
      add(DiagnosticId::yaml_tag, span, "YAML tags are not supported",
          "remove the '!' and its tag");
      return false;
    }
    return true;
  }

  // Bytes of a scalar as written. Adds a diagnostic when it does not end on its line.
  std::size_t scalar_length(const Node& node) {
    const std::size_t begin = node.span.offset;
    const std::size_t end = std::min(text_.find('\n', begin), text_.size());
    const char first = begin < end ? text_[begin] : '\0';
    if (node.quoted && (first == '"' || first == '\'')) {
      const std::size_t close = closing_quote(begin, end);
      if (close < end) return close + 1 - begin;
      add(DiagnosticId::unclosed_quote, {source_, begin, 1},
          "the quoted text that begins here does not end on its line",
          fmt::format("close it with {}", first));
    } else if (text_.substr(begin, node.text.size()) == node.text && !node.quoted) {
      return node.text.size();
    } else {
      add(DiagnosticId::multi_line_value, {source_, begin, 1}, "a value must stand on one line",
          "close its bracket, or check the indentation of the lines below it");
    }
    return 1;
  }

  [[nodiscard]] std::size_t closing_quote(std::size_t begin, std::size_t end) const {
    const char quote = text_[begin];
    for (std::size_t at = begin + 1; at < end; ++at) {
      if (quote == '"' && text_[at] == '\\') {
        ++at;
      } else if (text_[at] == quote) {
        if (quote == '"' || at + 1 >= end || text_[at + 1] != quote) return at;
        ++at;  // '' is a quote inside single quotes
      }
    }
    return end;
  }

  std::size_t source_;
  std::size_t begin_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  std::vector<Frame> stack_;
  Node root_;
  std::size_t documents_ = 0;
  std::size_t values_ = 0;
  std::size_t unread_ = 0;
};

void add_unclosed_quote(Span end, TreeBuilder& builder, std::string_view text) {
  const std::size_t quote = text.find_first_of("\"'", builder.unread());
  if (quote != std::string_view::npos) end.offset = quote;
  builder.add(DiagnosticId::unclosed_quote, end,
              "the quoted text that begins here does not end on its line",
              fmt::format("close it with {}", text.substr(end.offset, 1)));
}

// yaml-cpp notices a missing bracket where the text ends, or at the next bracket.
void add_open_bracket(Span noticed, TreeBuilder& builder, std::string_view text) {
  if (noticed.offset > 0 && text.substr(noticed.offset - 1, 2) == "${") {
    noticed.offset -= 1;
    noticed.length = 2;
    return builder.add(DiagnosticId::syntax, noticed,
                       "not valid YAML: between braces, text with a variable needs quotes",
                       "quote it: \"${NAME}\"");
  }
  const Span open = builder.open_bracket().value_or(noticed);
  const char bracket = open.offset < text.size() ? text[open.offset] : '{';
  builder.add(DiagnosticId::syntax, open,
              fmt::format("not valid YAML: this '{}' is not closed", bracket),
              fmt::format("close it with '{}'", bracket == '[' ? ']' : '}'));
}

void add_syntax_error(const YAML::Exception& error, TreeBuilder& builder, std::string_view text) {
  const Span span = builder.span_at(error.mark, 1);
  if (error.msg == "illegal EOF in scalar") return add_unclosed_quote(span, builder, text);
  if (error.msg == "end of map flow not found" || error.msg == "end of sequence flow not found")
    return add_open_bracket(span, builder, text);
  const auto* known = std::find_if(
      kSyntaxMessages.begin(), kSyntaxMessages.end(),
      [&](const SyntaxMessage& message) { return error.msg.starts_with(message.theirs); });
  const bool translated = known != kSyntaxMessages.end();
  builder.add(DiagnosticId::syntax, span,
              translated ? fmt::format("not valid YAML: {}", known->ours)
                         : fmt::format("not valid YAML: {}", printable(error.msg)),
              translated ? std::string(known->help) : "");
}

}  // namespace

const Node* find(const Node& root, std::initializer_list<std::string_view> path) {
  const Node* node = &root;
  for (const std::string_view name : path)
    if (node != nullptr) node = node->find(name);
  return node;
}

bool all_valid(const Node& node) {
  // What a reference to a secret consists of is not checked key by key.
  if (std::holds_alternative<Secret>(node.value)) return node.valid;
  const auto valid = [](const auto& members) {
    return std::all_of(members.begin(), members.end(), [](const auto& member) {
      if constexpr (std::is_same_v<std::decay_t<decltype(member)>, Member>)
        return all_valid(member.value);
      else
        return all_valid(member);
    });
  };
  return node.valid && node.complete && valid(node.members) && valid(node.items);
}

std::optional<Node> read_yaml(std::size_t source, std::size_t begin, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.size();
  if (!TextCheck(source, begin, diagnostics).run()) return std::nullopt;
  const std::string text(diagnostics.text(source));
  TreeBuilder builder(source, begin, diagnostics);
  try {
    std::istringstream stream(text.substr(begin));
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop&) {
  } catch (const YAML::Exception& error) {
    // After an earlier finding (an unclosed quote) yaml-cpp's own is only a consequence.
    if (diagnostics.size() == before) add_syntax_error(error, builder, text);
  }
  if (diagnostics.size() != before) return std::nullopt;
  return builder.take_root();
}

}  // namespace votebench::scenario
