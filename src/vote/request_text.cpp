#include "vote/request_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "vote/voter_id.h"

namespace votebench {
namespace {

using Kind = RequestPiece::Kind;

bool begins_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_word(std::string_view text) {
  return !text.empty() && begins_word(text[0]) && std::ranges::all_of(text, [](char c) {
    return begins_word(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

// The piece that begins with the '{' at `at`; plain: it is none but a brace.
RequestPiece piece_at(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  const bool twice = rest.starts_with("{{");
  const std::size_t inner = twice ? 2 : 1;
  const std::size_t end = rest.find('}');
  const bool closed =
      end != std::string_view::npos && (!twice || rest.substr(end).starts_with("}}"));
  if (!closed || !is_word(trimmed(rest.substr(inner, end - inner))))
    return {Kind::plain, rest.substr(0, 1)};
  const std::string_view whole = rest.substr(0, end + inner);
  return {whole == kChoicePlace  ? Kind::choice
          : whole == kVoterPlace ? Kind::voter
                                 : Kind::unknown,
          whole};
}

// Of text between quotes.
std::string escaped(std::string_view text) {
  std::string code;
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20)
      code += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    else
      code += c == '"' || c == '\\' ? fmt::format("\\{}", c) : std::string(1, c);
  return code;
}

// Whether a JSON text is inside of a string behind `piece`.
class Quotes {
 public:
  void pass(std::string_view piece) {
    for (const char c : piece) {
      if (c == '"' && !escaped_) open_ = !open_;
      escaped_ = open_ && c == '\\' && !escaped_;
    }
  }
  [[nodiscard]] bool open() const { return open_; }

 private:
  bool open_ = false;
  bool escaped_ = false;
};

std::string choice_in(RequestPart part, std::string_view choice, bool in_string) {
  switch (part) {
    case RequestPart::url:
      return percent_encoded(choice);
    case RequestPart::form:
      return form_encoded(choice);
    case RequestPart::json:
      return in_string ? escaped(choice) : std::string(choice);
    case RequestPart::header:
      break;
  }
  return std::string(choice);
}

}  // namespace

std::vector<RequestPiece> pieces_of(std::string_view text) {
  std::vector<RequestPiece> pieces;
  std::size_t plain = 0;  // begin of what is not in a piece yet
  const auto end_plain = [&](std::size_t end) {
    if (end > plain) pieces.push_back({Kind::plain, text.substr(plain, end - plain)});
  };
  for (std::size_t at = text.find('{'); at < text.size(); at = text.find('{', at)) {
    const RequestPiece piece = piece_at(text, at);
    if (piece.kind != Kind::plain) {
      end_plain(at);
      pieces.push_back(piece);
      plain = at + piece.text.size();
    }
    at += piece.text.size();
  }
  end_plain(text.size());
  return pieces;
}

bool has_piece(std::string_view text, RequestPiece::Kind kind) {
  return std::ranges::count(pieces_of(text), kind, &RequestPiece::kind) > 0;
}

void RequestText::add(const RequestText& text) {
  for (const std::size_t at : text.ids_at_) ids_at_.push_back(bytes_.size() + at);
  bytes_ += text.bytes_;
}

void RequestText::add_voter() {
  ids_at_.push_back(bytes_.size());
  bytes_.append(length_of(form_), '0');
}

void RequestText::fill(std::string_view text, RequestPart part, std::string_view choice) {
  Quotes quotes;
  for (const RequestPiece& piece : pieces_of(text)) {
    if (piece.kind == Kind::voter)
      add_voter();
    else if (piece.kind == Kind::choice)
      add(choice_in(part, choice, quotes.open()));
    else
      add(part == RequestPart::form ? form_encoded(piece.text) : piece.text);
    if (piece.kind == Kind::plain) quotes.pass(piece.text);
  }
}

bool has_bare_piece(std::string_view json, RequestPiece::Kind kind) {
  Quotes quotes;
  for (const RequestPiece& piece : pieces_of(json)) {
    if (piece.kind == kind && !quotes.open()) return true;
    if (piece.kind == Kind::plain) quotes.pass(piece.text);
  }
  return false;
}

bool fits_header(std::string_view text) {
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  return trimmed(text) == text && std::ranges::all_of(text, printable);
}

}  // namespace votebench
