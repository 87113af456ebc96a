#include "core/invocation.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace votebench {
namespace {

constexpr const char* kSet = "--set";

// A value that begins with '-' would be taken for an option of its own.
std::string text_of(const GivenOption& option) {
  if (!option.value) return option.name;
  if (option.name.empty()) return shell_word(*option.value);
  const char between = option.value->starts_with('-') ? '=' : ' ';
  return option.name + between + shell_word(*option.value);
}

}  // namespace

std::optional<std::string> Invocation::value_of(const std::string& name) const {
  const auto found = std::ranges::find(options, name, &GivenOption::name);
  return found == options.end() ? std::nullopt : found->value;
}

void Invocation::replace(const std::string& name, std::string value) {
  const auto first = std::ranges::find(options, name, &GivenOption::name);
  const auto place = first - options.begin();
  std::erase_if(options, [&](const GivenOption& option) { return option.name == name; });
  options.insert(options.begin() + place, {name, std::move(value)});
}

void Invocation::set(const std::string& key, const std::string& value) {
  std::erase_if(options, [&](const GivenOption& option) {
    return option.name == kSet && option.value && option.value->starts_with(key + "=");
  });
  options.push_back({kSet, key + "=" + value});
}

std::string shell_word(const std::string& word) {
  static constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:@%,";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string shell_text(const Invocation& invocation, const std::string& here) {
  std::string text = shell_word(invocation.program) + " " + invocation.command;
  for (const GivenOption& option : invocation.options) text += " " + text_of(option);
  const bool elsewhere = !invocation.directory.empty() && invocation.directory != here;
  return elsewhere ? fmt::format("(cd {} && {})", shell_word(invocation.directory), text) : text;
}

}  // namespace votebench
