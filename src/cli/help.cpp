#include "cli/help.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "help/commands.h"
#include "report/exit_code.h"
#include "report/style.h"

namespace votebench::cli {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kText = 26;  // where what is said of an option begins

// "  name      what it is, folded beside it"
std::string entry(const std::string& name, std::string_view text) {
  std::string lines = "  " + name;
  const bool fits = lines.size() + 2 <= kText;
  lines += fits ? std::string(kText - lines.size(), ' ') : "\n" + std::string(kText, ' ');
  std::string indent;
  for (const std::string& line : report::wrap(text, kColumns - kText)) {
    lines += indent + line + "\n";
    indent.assign(kText, ' ');
  }
  return lines;
}

// What stands for the value: "N" for a number, a name that was given to it (FILE), else the
// option's own name.
std::string value_name(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  std::string base = type.substr(0, type.find_first_of(":{"));
  if (base == "UINT" || base == "INT") return "N";
  const bool named = !base.empty() && base != "TEXT" && base != "ENUM" && base != "FLOAT";
  if (named) return base;
  std::string own = option.get_lnames().empty() ? "VALUE" : option.get_lnames().front();
  std::ranges::transform(own, own.begin(), [](char c) {
    return c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return own;
}

class HelpFormatter final : public CLI::Formatter {
 public:
  // Groups are parted by one blank line.
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    std::string text = CLI::Formatter::make_help(app, std::move(name), mode);
    for (std::size_t at = text.find("\n\n\n"); at != text.npos; at = text.find("\n\n\n", at))
      text.erase(at, 1);
    return text;
  }

  std::string make_subcommand(const CLI::App* command) const override {
    const std::string description = command->get_description();
    return entry(command->get_display_name(), description.substr(0, description.find('\n')));
  }

  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    std::string name = option->get_name(is_positional, true);
    std::ranges::replace(name, ',', ' ');
    if (!is_positional && option->get_items_expected_max() > 0) name += " " + value_name(*option);
    return entry(name, text_of(*option));
  }

 private:
  static std::string text_of(const CLI::Option& option) {
    std::string text = option.get_description();
    std::ranges::replace(text, '\n', ' ');
    if (const auto words = help::words_of(option); !words.empty())
      text += fmt::format(": {}", fmt::join(words, ", "));
    if (!option.get_default_str().empty())
      text += fmt::format(" (default: {})", option.get_default_str());
    if (option.get_required() && option.nonpositional()) text += " (needed)";
    const bool again = option.get_expected_max() == CLI::detail::expected_max_vector_size;
    if (again && option.nonpositional()) text += "; may be said again";
    return text;
  }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> help_formatter() { return std::make_shared<HelpFormatter>(); }

std::string exit_statuses() {
  std::string text = "Exit status (the first that fits):\n";
  for (const report::ExitMeaning& meaning : report::exit_table()) {
    std::string number = fmt::format("{:<5}", static_cast<int>(meaning.code));
    for (const std::string& line : report::wrap(meaning.summary, kColumns - 7))
      text += fmt::format("  {:<5}{}\n", std::exchange(number, ""), line);
  }
  return text;
}

}  // namespace votebench::cli
