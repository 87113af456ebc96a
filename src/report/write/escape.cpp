#include "report/write/escape.h"

#include "core/text.h"

namespace votebench::report {

std::string escape(std::string_view text, std::size_t max_bytes) {
  std::string escaped;
  for (const char c : printable(text, max_bytes)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string escape_lines(std::string_view text, std::size_t max_bytes) {
  std::string escaped;
  const bool cut = text.size() > max_bytes;
  text = text.substr(0, max_bytes);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    escaped += escape(text.substr(0, end), max_bytes);
    if (end == std::string_view::npos) break;
    escaped += '\n';
    text.remove_prefix(end + 1);
  }
  return cut ? escaped + "\n..." : escaped;
}

}  // namespace votebench::report
