#include "stack/docker/container_facts.h"

#include <algorithm>

namespace votebench::stack {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;

// The words of a shell script. Quotes are gone; what stands in $(...) is a part of its word.
std::vector<std::string> script_words(std::string_view script) {
  std::vector<std::string> words(1);
  char quote = '\0';
  int depth = 0;
  for (std::size_t i = 0; i < script.size(); ++i) {
    const char c = script[i];
    if (c == quote)
      quote = '\0';
    else if (quote == '\0' && (c == '"' || c == '\''))
      quote = c;
    else if (quote == '\0' && depth == 0 && std::string_view(" \t\n;&|").find(c) != kNowhere)
      words.emplace_back();
    else
      words.back() += c;
    if (quote == '\'') continue;
    if (c == '(' && i > 0 && script[i - 1] == '$') ++depth;
    if (c == ')' && depth > 0) --depth;
  }
  return words;
}

// A word that is one variable, replaced as a shell does it: $NAME, ${NAME}, ${NAME:-DEFAULT}; '$$'
// is how compose files write '$'.
std::string expanded(const ContainerFacts& facts, const std::string& word) {
  const std::size_t begin = word.find_first_not_of('$');
  if (begin == 0 || begin == kNowhere || word[begin] == '(') return word;
  std::string name = word.substr(begin);
  if (name.front() == '{' && name.back() == '}') name = name.substr(1, name.size() - 2);
  const std::size_t otherwise = name.find(":-");
  const std::string value = facts.variable(name.substr(0, otherwise));
  return value.empty() && otherwise != kNowhere ? name.substr(otherwise + 2) : value;
}

std::string option_in(const std::vector<std::string>& words, std::string_view option) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == option && i + 1 < words.size()) return words[i + 1];
    if (words[i].starts_with(std::string(option) + '=')) return words[i].substr(option.size() + 1);
  }
  return "";
}

}  // namespace

std::string ContainerFacts::variable(const std::string& name) const {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

std::string ContainerFacts::option(std::string_view option) const {
  if (std::string value = option_in(command, option); !value.empty()) return value;
  for (const std::string& word : command)
    if (const std::string value = option_in(script_words(word), option); !value.empty())
      return expanded(*this, value);
  return "";
}

bool ContainerFacts::is_called(std::string_view host) const {
  return service == host || std::ranges::find(aliases, host) != aliases.end();
}

std::string_view ContainerFacts::group() const {
  return manager == Manager::swarm ? "stack" : "project";
}

}  // namespace votebench::stack
