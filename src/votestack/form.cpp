#include "votestack/form.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>

#include "core/text.h"

namespace votebench::votestack {
namespace {

// The text before `separator`; `rest` continues after it and is empty at the end.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view head = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return head;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t first = std::min(text.find_first_not_of(kBlanks), text.size());
  text.remove_prefix(first);
  text.remove_suffix(text.size() - (text.find_last_not_of(kBlanks) + 1));
  return text;
}

std::string decode(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return percent_decoded(spaced);
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

bool is_form(std::string_view content_type) {
  constexpr std::string_view kForm = "application/x-www-form-urlencoded";
  const std::string_view type = trim(take_until(content_type, ';'));
  return type.size() == kForm.size() && ::strncasecmp(type.data(), kForm.data(), kForm.size()) == 0;
}

std::optional<std::string> form_field(std::string_view body, std::string_view name) {
  while (!body.empty()) {
    std::string_view value = take_until(body, '&');
    if (decode(take_until(value, '=')) == name) return decode(value);
  }
  return std::nullopt;
}

std::optional<std::string_view> cookie(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    std::string_view value = take_until(header, ';');
    if (trim(take_until(value, '=')) == name) return trim(value);
  }
  return std::nullopt;
}

std::string cookie_text(std::string_view value) {
  if (std::none_of(value.begin(), value.end(), is_control)) return std::string(value);
  std::string text = "\"";
  for (const char c : value)
    text +=
        is_control(c) ? fmt::format("\\{:03o}", static_cast<unsigned char>(c)) : std::string(1, c);
  return text + '"';
}

}  // namespace votebench::votestack
