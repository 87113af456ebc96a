#include "cli/mistakes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/text.h"
#include "help/commands.h"

namespace votebench::cli {
namespace {

// The command that was typed, as far as it is one.
const CLI::App& innermost(const CLI::App& app) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  return chosen.empty() ? app : innermost(*chosen.front());
}

// "votebench run": what its help answers to.
std::string full_name(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name()
                                     : full_name(*app.get_parent()) + " " + app.get_name();
}

std::string near(const std::string& word, const std::vector<std::string>& known) {
  const auto found = closest_match(word, known);
  return found ? fmt::format("did you mean {}? ", *found) : "";
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : help::visible_commands(app)) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : help::visible_options(app))
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

Error mistake(const CLI::App& command, const std::string& message, const std::string& guess = "") {
  return {ErrorKind::usage, message, fmt::format("{}see {} --help", guess, full_name(command))};
}

Error unexpected(const CLI::App& command, const std::string& word) {
  if (word.starts_with('-') && word != "-") {
    const std::string option = word.substr(0, word.find('='));
    return mistake(command, fmt::format("unknown option {}", printable(option)),
                   near(option, options_of(command)));
  }
  const std::vector<std::string> commands = commands_of(command);
  if (commands.empty())
    return mistake(command, fmt::format("'{}' is one word too many", printable(word)));
  return mistake(command,
                 fmt::format("there is no command '{} {}'", full_name(command), printable(word)),
                 near(word, commands));
}

// Of a value that is none of an option's words: "--variant: x not in {a,b}".
std::optional<Error> unknown_word(const CLI::App& command, const std::string& said) {
  for (const CLI::Option* option : command.get_options()) {
    const std::vector<std::string> words = help::words_of(*option);
    const std::string name = option->get_name();
    if (words.empty() || !said.starts_with(name + ":")) continue;
    for (const std::string& value : option->results()) {
      if (std::ranges::find(words, value) != words.end()) continue;
      return mistake(
          command,
          fmt::format("{} '{}' is none of {}", name, printable(value), fmt::join(words, ", ")),
          near(value, words));
    }
  }
  return std::nullopt;
}

}  // namespace

Error explain_mistake(const CLI::App& app, const CLI::ParseError& refusal) {
  const CLI::App& command = innermost(app);
  const std::vector<std::string> left = app.remaining(true);
  const bool lacks = dynamic_cast<const CLI::RequiredError*>(&refusal) != nullptr;
  if (lacks && !commands_of(command).empty() && (left.empty() || left.front().starts_with('-')))
    return mistake(command, fmt::format("{} needs to know what to do: {}", full_name(command),
                                        fmt::join(commands_of(command), ", ")));
  if (!left.empty() && (!lacks || !commands_of(command).empty()))
    return unexpected(command, left.front());
  const std::string said = refusal.what();
  if (auto error = unknown_word(command, said)) return *std::move(error);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&refusal) != nullptr)
    return mistake(command, fmt::format("{} needs a value", said.substr(0, said.find(':'))));
  // "Could not convert: --seed = x"
  if (const auto at = said.find(" = ");
      dynamic_cast<const CLI::ConversionError*>(&refusal) && at != said.npos) {
    const std::size_t name = said.find("--");
    return mistake(command, fmt::format("'{}' is no value of {}", printable(said.substr(at + 3)),
                                        said.substr(name, at - name)));
  }
  return mistake(command, printable(said, 200));
}

}  // namespace votebench::cli
