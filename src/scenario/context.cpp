#include "scenario/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/text.h"
#include "scenario/urls.h"

namespace votebench::scenario {
namespace {

// The parts of a reference to a secret may be shown.
bool names_a_reference(std::string_view name) {
  return name == "env" || name == "file" || name == "optional";
}

void mask_all(const Node& node, Diagnostics& diagnostics) {
  if (node.kind == Node::Kind::scalar) diagnostics.mask(node.span);
  for (const Node& item : node.items) mask_all(item, diagnostics);
  for (const Member& member : node.members)
    if (!names_a_reference(member.name)) mask_all(member.value, diagnostics);
}

void mask_url(const Node& node, Diagnostics& diagnostics) {
  const std::string_view written =
      diagnostics.text(node.span.source).substr(node.span.offset, node.span.length);
  const SecretPart part = find_url_secret(written);
  if (part.length > 0)
    diagnostics.mask({node.span.source, node.span.offset + part.offset, part.length});
}

bool is_key_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

// Everything behind a key that is named like a secret, to the end of the line. True: nothing is
// there, so the secret may stand on the next line.
bool mask_line(Span line, std::string_view text, Diagnostics& diagnostics) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    while (at < text.size() && is_key_character(text[at])) ++at;
    const std::string_view word = text.substr(begin, at - begin);
    const std::size_t mark =
        word.empty() ? std::string_view::npos : text.find_first_not_of("\"' \t", at);
    const bool is_key = mark < text.size() && (text[mark] == ':' || text[mark] == '=');
    if (is_key && names_a_secret(word)) {
      const std::size_t value = std::min(text.find_first_not_of(" \t", mark + 1), text.size());
      if (value < text.size() && text[value] != '{')
        diagnostics.mask({line.source, line.offset + value, text.size() - value});
      return value == text.size();
    }
    at = std::max(at, begin + 1);
  }
  return false;
}

}  // namespace

bool names_a_secret(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const std::string_view part :
       {"pass", "pwd", "secret", "token", "credential", "authorization", "api-key", "apikey"})
    if (lower.find(part) != std::string::npos) return true;
  return closest_match(lower, {"password"}).has_value();
}

void mask_secrets(const Node& node, Diagnostics& diagnostics) {
  if (node.kind == Node::Kind::scalar) mask_url(node, diagnostics);
  for (const Node& item : node.items) mask_secrets(item, diagnostics);
  for (const Member& member : node.members)
    if (names_a_secret(member.name))
      mask_all(member.value, diagnostics);
    else
      mask_secrets(member.value, diagnostics);
}

void mask_lines(std::size_t source, Diagnostics& diagnostics) {
  const std::string_view text = diagnostics.text(source);
  bool expected = false;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
    const std::string_view word = line.substr(first, line.substr(first).find(':'));
    if (expected && !names_a_reference(word)) diagnostics.mask({source, begin, line.size()});
    expected = mask_line({source, begin, line.size()}, line, diagnostics);
    const SecretPart part = find_url_secret(line);
    if (part.length > 0) diagnostics.mask({source, begin + part.offset, part.length});
    begin = end + 1;
  }
}

Span Context::span_in(const Node& node, std::string_view words) const {
  const std::string_view raw =
      diagnostics.text(node.span.source).substr(node.span.offset, node.span.length);
  const std::size_t at = raw.find(words);
  if (at == std::string_view::npos) return node.span;
  return {node.span.source, node.span.offset + at, words.size()};
}

void Context::add(const ValueError& error, const Node& node, const std::string& path) {
  std::string_view written =
      diagnostics.text(node.span.source).substr(node.span.offset, node.span.length);
  Span span = node.span;
  // Offsets in the value hold in the text only when the value stands there as it is.
  const std::size_t quote = node.quoted ? 1 : 0;
  if (error.length != ValueError::kWhole && !node.expanded &&
      written.substr(std::min(quote, written.size()), node.text.size()) == node.text) {
    span.offset += error.offset + quote;
    span.length = error.length;
  }
  if (quote < written.size()) written = written.substr(quote, written.size() - 2 * quote);
  // What a variable holds may be a secret: it is named, not shown.
  std::string value(node.expanded ? written : std::string_view(node.text));
  if (const SecretPart part = find_url_secret(value); part.length > 0)
    value.replace(part.offset, part.length, "***");
  std::string message = error.message;
  if (const std::size_t at = message.find("{value}"); at != std::string::npos)
    message.replace(
        at, 7, fmt::format("'{}'{}", printable(value, 60), node.expanded ? ", expanded," : ""));
  add(error.id, span, path, std::move(message), error.help);
}

}  // namespace votebench::scenario
