#include "help/roff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>

namespace votebench::help::roff {

std::string title(std::string_view name, int section) {
  std::string upper(name);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  return fmt::format(".TH {} {} \"\" \"votebench {}\"\n", literal(upper), section,
                     VOTEBENCH_VERSION);
}

std::string literal(std::string_view text) {
  std::string safe;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) safe += "\\&";
    line_begins = c == '\n';
    if (c == '\\')
      safe += "\\e";
    else if (c == '-')
      safe += "\\-";
    else
      safe += c;
  }
  return safe;
}

std::string inline_code(std::string_view text) {
  std::string marked;
  bool code = false;
  for (std::size_t begin = 0; begin <= text.size(); code = !code) {
    const std::size_t end = std::min(text.find('`', begin), text.size());
    const std::string part = literal(text.substr(begin, end - begin));
    marked += code ? fmt::format("\\fB{}\\fR", part) : part;
    begin = end + 1;
  }
  return marked;
}

std::string paragraphs(std::string_view text) {
  std::string page;
  bool as_lines = false;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    const bool indented = line.starts_with("  ");
    if (indented != as_lines) page += indented ? ".RS\n.nf\n" : ".fi\n.RE\n";
    as_lines = indented;
    if (line.empty())
      page += ".PP\n";
    else
      page += inline_code(indented ? line.substr(2) : line) + "\n";
  }
  return page + (as_lines ? ".fi\n.RE\n" : "");
}

std::string item(std::string_view what, std::string_view rest, std::string_view text) {
  std::string item = fmt::format(".TP\n\\fB{}\\fR{}\n", literal(what), literal(rest));
  std::istringstream lines{std::string(text)};
  const char* break_line = "";
  for (std::string line; std::getline(lines, line); break_line = ".br\n")
    item += break_line + inline_code(line) + "\n";
  return item;
}

}  // namespace votebench::help::roff
