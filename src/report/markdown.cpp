#include "report/markdown.h"

#include "core/text.h"

namespace votebench::report {
namespace {

constexpr std::size_t kLongestCell = 500;

}  // namespace

std::string plain(std::string_view value) {
  static constexpr std::string_view kSpecial = "\\`*_[]#|~$";
  std::string escaped;
  for (const char c : printable(value, kLongestCell)) {
    if (c == '<') {
      escaped += "&lt;";
    } else if (c == '&') {
      escaped += "&amp;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else {
      if (kSpecial.find(c) != std::string_view::npos) escaped += '\\';
      escaped += c;
    }
  }
  return escaped;
}

std::string code(std::string_view value) {
  if (value.empty()) return "";
  std::string shown;
  for (const char c : printable(value, kLongestCell)) {
    if (c == '`')
      shown += "\\x60";
    else if (c == '|')
      shown += "\\x7c";
    else
      shown += c;
  }
  return "`" + shown + "`";
}

}  // namespace votebench::report
