#include "help/completion.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "help/commands.h"

namespace votebench::help {
namespace {

struct Word {
  std::string text;
  std::string meaning;  // one line
};

// What may be typed behind a command.
struct Place {
  std::string path;                 // "votebench stack up", "votebench run --variant"
  std::vector<Word> words;          // commands and options
  std::vector<std::string> valued;  // options that any value follows
  std::vector<Place> values;        // options that one of some words follows, and these
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

void add_option(const CLI::Option& option, const std::string& name, Place& place) {
  place.words.push_back({name, first_line(option.get_description())});
  if (option.get_items_expected_max() == 0) return;
  Place value{place.path + " " + name, {}, {}, {}};
  for (std::string& word : words_of(option)) value.words.push_back({std::move(word), {}});
  if (value.words.empty())
    place.valued.push_back(name);
  else
    place.values.push_back(std::move(value));
}

void collect(const CLI::App& command, const std::string& path, std::vector<Place>& places) {
  Place place{path, {}, {}, {}};
  const auto below = visible_commands(command);
  for (const CLI::App* each : below)
    place.words.push_back({each->get_name(), first_line(each->get_description())});
  for (const CLI::Option* option : visible_options(command))
    for (const std::string& name : option->get_lnames()) add_option(*option, "--" + name, place);
  places.push_back(std::move(place));
  for (const CLI::App* each : below) collect(*each, path + " " + each->get_name(), places);
}

std::vector<Place> places_of(const CLI::App& program) {
  std::vector<Place> places;
  collect(program, program.get_name(), places);
  return places;
}

// Patterns of `case`: the paths of all commands; each option that a value follows, behind its path.
std::string paths(const std::vector<Place>& places) {
  std::string text;
  for (std::size_t i = 1; i < places.size(); ++i)
    text += fmt::format("{}\"{}\"", text.empty() ? "" : " | ", places[i].path);
  return text;
}

std::string valued(const std::vector<Place>& places) {
  std::string text;
  for (const Place& place : places)
    for (const std::string& option : place.valued)
      text += fmt::format("{}\"{} {}\"", text.empty() ? "" : " | ", place.path, option);
  return text;
}

// The arms of a `case` for all places, and for the values of their options.
template <typename Arm>
std::pair<std::string, std::string> arms(const std::vector<Place>& places, Arm arm) {
  std::pair<std::string, std::string> text;
  for (const Place& place : places) {
    text.first += arm(place);
    for (const Place& value : place.values) text.second += arm(value);
  }
  return text;
}

std::string bash_words(const Place& place) {
  std::string text;
  for (const Word& word : place.words) text += (text.empty() ? "" : " ") + word.text;
  return fmt::format("    \"{}\") words=\"{}\" ;;\n", place.path, text);
}

// For _describe: 'NAME:MEANING'.
std::string zsh_words(const Place& place) {
  std::string text;
  for (const Word& word : place.words) {
    std::string meaning;
    for (const char c : word.meaning)
      meaning += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += fmt::format(" '{}{}{}'", word.text, meaning.empty() ? "" : ":", meaning);
  }
  return fmt::format("    (\"{}\") candidates=({} ) ;;\n", place.path, text);
}

constexpr char kBash[] = R"(# bash completion of {0}, made by `{0} completion bash`
_{0}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} place={0} words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$place ${{COMP_WORDS[i]}}" in
      {1}) place+=" ${{COMP_WORDS[i]}}" ;;
    esac
  done
  case "$place ${{COMP_WORDS[COMP_CWORD - 1]}}" in
    {2}) return ;;
{4}    *)
      case "$place" in
{3}      esac
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -o default -F _{0} {0}
)";

constexpr char kZsh[] = R"(#compdef {0}
# zsh completion of {0}, made by `{0} completion zsh`
_{0}() {{
  local place={0} word
  local -a candidates
  for word in $words[2,CURRENT-1]; do
    case "$place $word" in
      ({1}) place+=" $word" ;;
    esac
  done
  case "$place $words[CURRENT-1]" in
    ({2}) _files; return ;;
{4}    (*)
      case $place in
{3}      esac
      ;;
  esac
  _describe 'command or option' candidates || _files
}}
if [[ $funcstack[1] == _{0} ]]; then _{0} "$@"; else compdef _{0} {0}; fi
)";

}  // namespace

std::string bash_completion(const CLI::App& program) {
  const std::vector<Place> places = places_of(program);
  const auto [words, values] = arms(places, bash_words);
  return fmt::format(kBash, program.get_name(), paths(places), valued(places), words, values);
}

std::string zsh_completion(const CLI::App& program) {
  const std::vector<Place> places = places_of(program);
  const auto [words, values] = arms(places, zsh_words);
  return fmt::format(kZsh, program.get_name(), paths(places), valued(places), words, values);
}

}  // namespace votebench::help
