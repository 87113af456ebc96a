#include "scenario/text_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/text.h"
#include "scenario/excerpt.h"
#include "scenario/parse.h"

namespace votebench::scenario {
namespace {

class TextCheck {
 public:
  TextCheck(std::size_t source, std::size_t begin, Diagnostics& diagnostics)
      : source_(source),
        begin_(begin),
        text_(diagnostics.text(source)),
        diagnostics_(diagnostics) {}

  bool run() {
    const std::size_t before = diagnostics_.size();
    if (size() && encoding()) {
      controls();
      lines();
    }
    return diagnostics_.size() == before;
  }

 private:
  void add(DiagnosticId id, std::size_t offset, std::string message, std::string help) {
    diagnostics_.add({id, {source_, offset, 1}, "", std::move(message), std::move(help)});
  }

  bool size() {
    if (text_.size() <= kMaxTextBytes) return true;
    add(DiagnosticId::file_too_large, 0,
        fmt::format("the text has {} bytes; at most {} are read", format_count(text_.size()),
                    format_count(kMaxTextBytes)),
        "a scenario is a small file: is this the right one?");
    return false;
  }

  bool encoding() {
    if (is_valid_utf8(text_)) return true;
    std::size_t at = 0;
    while (is_valid_utf8(text_.substr(at, sequence_length(text_, at))))
      at += sequence_length(text_, at);
    const bool utf16 = text_.substr(0, 2) == "\xFF\xFE" || text_.substr(0, 2) == "\xFE\xFF";
    add(DiagnosticId::not_utf8, at,
        fmt::format("the text is not UTF-8: byte 0x{:02x} at offset {}",
                    static_cast<unsigned>(static_cast<unsigned char>(text_[at])), at),
        utf16 ? "this looks like UTF-16: save the file as UTF-8" : "save the file as UTF-8");
    return false;
  }

  void controls() {
    for (std::size_t at = begin_; at < text_.size(); ++at) {
      const auto byte = static_cast<unsigned char>(text_[at]);
      const bool line_end =
          byte == '\n' || (byte == '\r' && at + 1 < text_.size() && text_[at + 1] == '\n');
      if ((byte >= 0x20 && byte != 0x7F) || byte == '\t' || line_end) continue;
      add(DiagnosticId::control_character, at,
          fmt::format("control character 0x{:02x} at offset {}", static_cast<unsigned>(byte), at),
          byte == '\r' ? "end lines with a line feed" : "remove it");
    }
  }

  void lines() {
    for (std::size_t begin = begin_; begin < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      line(begin, end);
      begin = end + 1;
    }
  }

  void line(std::size_t begin, std::size_t end) {
    const std::size_t first = text_.find_first_not_of(" \t\r", begin);
    if (first >= end) return;  // blank
    if (text_[first] == '%' && first == begin)
      add(DiagnosticId::yaml_directive, first, "YAML directives are not supported",
          "remove the line");
    const std::size_t tab = text_.find('\t', begin);
    if (tab < first && text_[first] != '#')
      add(DiagnosticId::tab_indentation, tab, "a tab cannot indent YAML", "use spaces");
  }

  std::size_t source_;
  std::size_t begin_;
  std::string_view text_;
  Diagnostics& diagnostics_;
};

}  // namespace

bool check_text(std::size_t source, std::size_t begin, Diagnostics& diagnostics) {
  return TextCheck(source, begin, diagnostics).run();
}

}  // namespace votebench::scenario
