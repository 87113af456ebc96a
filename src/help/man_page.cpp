#include "help/man_page.h"

#include <fmt/format.h>

#include <sstream>
#include <vector>

#include "help/commands.h"
#include "help/roff.h"

namespace votebench::help {
namespace {

// The first paragraph, on one line.
std::string summary(const std::string& description) {
  std::string line = description.substr(0, description.find("\n\n"));
  for (char& c : line)
    if (c == '\n') c = ' ';
  return line;
}

// One space in place of each break and indentation.
std::string on_one_line(const std::string& text) {
  std::istringstream stream(text);
  std::string line;
  for (std::string word; stream >> word;) line += (line.empty() ? "" : " ") + word;
  return line;
}

// As `formatter` shows it for --help ("  --rate RATE   What it is, folded"), unfolded; the breaks
// that the description has itself stay.
std::string option_item(const CLI::Option& option, const CLI::Formatter& formatter) {
  const bool positional = option.get_positional() && !option.nonpositional();
  const std::string shown = formatter.make_option(&option, positional);
  const std::size_t name_end = std::min(shown.find("  ", 2), shown.find('\n', 2));
  const std::string text = on_one_line(shown.substr(std::min(name_end, shown.size())));
  const std::string description = option.get_description();
  const std::string own = on_one_line(description);
  return roff::item(on_one_line(shown.substr(0, name_end)), "",
                    text.starts_with(own) ? description + text.substr(own.size()) : text);
}

// --help is said once, of the program.
std::string options_of(const CLI::App& command) {
  static const CLI::Formatter usual;
  const auto* own = dynamic_cast<const CLI::Formatter*>(command.get_formatter().get());
  std::string text;
  for (const CLI::Option* option : visible_options(command))
    if (option != command.get_help_ptr() || command.get_parent() == nullptr)
      text += option_item(*option, own != nullptr ? *own : usual);
  return text;
}

// `path`: "stack up". What is said of all commands of a group comes before them.
std::string command_section(const CLI::App& command, const std::string& path) {
  const std::string inherited = command.get_parent()->get_footer();
  const std::string footer = command.get_footer() == inherited ? "" : command.get_footer();
  std::string text =
      fmt::format(".SS {}\n{}{}", roff::literal(path),
                  roff::paragraphs(command.get_description() + "\n" + footer), options_of(command));
  for (const CLI::App* below : visible_commands(command))
    text += command_section(*below, path + " " + below->get_name());
  return text;
}

std::vector<std::string> cells_of(std::string_view row) {
  std::vector<std::string> cells;
  std::istringstream stream{std::string(row.substr(1))};
  for (std::string cell; std::getline(stream, cell, '|');) {
    const std::size_t begin = cell.find_first_not_of(' ');
    const std::size_t end = cell.find_last_not_of(' ');
    cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
  }
  return cells;
}

// Without the marks of code: it is in bold as a whole.
std::string plain(std::string text) {
  std::erase(text, '`');
  return text;
}

std::string row_item(const std::vector<std::string>& columns,
                     const std::vector<std::string>& cells) {
  std::string facts;
  for (std::size_t i = 1; i + 1 < std::min(columns.size(), cells.size()); ++i)
    if (!cells[i].empty())
      facts += fmt::format("{}{}: {}", facts.empty() ? "  (" : "; ", columns[i], plain(cells[i]));
  if (!facts.empty()) facts += ")";
  return roff::item(plain(cells.front()), facts, cells.back());
}

}  // namespace

std::string man_page(const CLI::App& program) {
  const std::string& name = program.get_name();
  std::string page = roff::title(name, 1);
  page +=
      fmt::format(".SH NAME\n{} \\- {}\n", name, roff::literal(summary(program.get_description())));
  page += fmt::format(".SH SYNOPSIS\n\\fB{}\\fR COMMAND [OPTIONS]\n", name);
  page += ".SH DESCRIPTION\n" + roff::paragraphs(program.get_description());
  page += ".PP\n" + roff::paragraphs(program.get_footer());
  page += ".SH OPTIONS\n" + options_of(program) + ".SH COMMANDS\n";
  for (const CLI::App* command : visible_commands(program))
    page += command_section(*command, command->get_name());
  return page;
}

std::string man_page_of(std::string_view markdown, std::string_view name) {
  std::string page = roff::title(name, 5);
  std::vector<std::string> columns;  // of the table that goes on
  std::istringstream lines{std::string(markdown)};
  for (std::string line; std::getline(lines, line);) {
    const bool in_table = line.starts_with('|');
    if (in_table && columns.empty())
      columns = cells_of(line);
    else if (in_table && !line.starts_with("|-"))
      page += row_item(columns, cells_of(line));
    else if (line.starts_with("# "))
      page += fmt::format(".SH NAME\n{} \\- {}\n.SH DESCRIPTION\n", roff::literal(name),
                          roff::literal(line.substr(2)));
    else if (line.starts_with("## "))
      page += fmt::format(".SH {}\n", roff::literal(line.substr(3)));
    else if (!in_table)
      page += roff::paragraphs(line + "\n");
    if (!in_table) columns.clear();
  }
  return page;
}

}  // namespace votebench::help
