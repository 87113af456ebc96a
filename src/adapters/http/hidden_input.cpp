#include "adapters/http/hidden_input.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "core/number.h"
#include "core/text.h"

namespace votebench::adapters {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f";
constexpr std::size_t kMostNames = 10;

using Attributes = std::map<std::string, std::string>;  // names in lower case

// The text before the first of `ends`; `rest` begins with that.
std::string_view take_until(std::string_view& rest, std::string_view ends) {
  const std::string_view head = rest.substr(0, rest.find_first_of(ends));
  rest.remove_prefix(head.size());
  return head;
}

void skip_blanks(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
}

// "amp" or "#43" or "#x2F" -> the ASCII character that it stands for.
std::optional<char> character_of(std::string_view entity) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kNamed{
      {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};
  for (const auto& [name, character] : kNamed)
    if (entity == name) return character;
  if (!entity.starts_with('#')) return std::nullopt;
  const bool hex = entity.substr(1).starts_with('x') || entity.substr(1).starts_with('X');
  const auto code = whole_number<std::uint8_t>(entity.substr(hex ? 2 : 1), hex ? 16 : 10);
  if (!code || *code >= 0x80) return std::nullopt;
  return static_cast<char>(*code);
}

std::string without_entities(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    plain += take_until(text, "&");
    if (text.empty()) break;
    const std::size_t end = text.find(';');
    const auto character =
        end == std::string_view::npos ? std::nullopt : character_of(text.substr(1, end - 1));
    plain += character.value_or('&');
    text.remove_prefix(character ? end + 1 : 1);
  }
  return plain;
}

std::string take_value(std::string_view& rest) {
  rest.remove_prefix(1);  // '='
  skip_blanks(rest);
  if (!rest.starts_with('"') && !rest.starts_with('\''))
    return without_entities(take_until(rest, " \t\r\n\f>"));
  const std::string_view quote = rest.substr(0, 1);
  rest.remove_prefix(1);
  const std::string_view value = take_until(rest, quote);
  rest.remove_prefix(std::min<std::size_t>(rest.size(), 1));
  return without_entities(value);
}

// Of the tag whose name has been taken; `rest` is then behind it.
Attributes take_attributes(std::string_view& rest) {
  Attributes attributes;
  for (skip_blanks(rest); !rest.empty() && rest[0] != '>'; skip_blanks(rest)) {
    const std::string name = lower_case(take_until(rest, " \t\r\n\f=/>"));
    skip_blanks(rest);
    std::string value;
    if (rest.starts_with('='))
      value = take_value(rest);
    else if (rest.starts_with('/'))
      rest.remove_prefix(1);
    if (!name.empty()) attributes.emplace(name, std::move(value));  // the first one counts
  }
  return attributes;
}

// visit(tag, attributes) until it returns true.
template <typename Visit>
void visit_tags(std::string_view html, Visit visit) {
  for (;;) {
    (void)take_until(html, "<");
    if (html.empty()) return;
    if (html.starts_with("<!--")) {
      html.remove_prefix(std::min(html.find("-->"), html.size()));
      continue;
    }
    html.remove_prefix(1);
    const std::string tag = lower_case(take_until(html, " \t\r\n\f/><"));
    if (tag != "input" && tag != "meta") continue;
    if (visit(tag, take_attributes(html))) return;
  }
}

}  // namespace

std::optional<std::string> hidden_value(std::string_view html, std::string_view name) {
  std::optional<std::string> found;
  visit_tags(html, [&](const std::string& tag, const Attributes& attributes) {
    const auto its_name = attributes.find("name");
    const auto value = attributes.find(tag == "input" ? "value" : "content");
    if (its_name != attributes.end() && its_name->second == name && value != attributes.end())
      found = value->second;
    return found.has_value();
  });
  return found;
}

std::vector<std::string> hidden_inputs(std::string_view html) {
  std::vector<std::string> names;
  visit_tags(html, [&](const std::string&, const Attributes& attributes) {
    const auto type = attributes.find("type");
    const auto name = attributes.find("name");
    if (type != attributes.end() && lower_case(type->second) == "hidden" &&
        name != attributes.end())
      names.push_back(name->second);
    return names.size() == kMostNames;
  });
  return names;
}

}  // namespace votebench::adapters
