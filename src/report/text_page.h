// A page for the terminal that is written line by line: what the summary of a run and that of a
// comparison have in common.
#pragma once

#include <string>
#include <string_view>

#include "report/audit_lines.h"
#include "report/style.h"

namespace votebench::report {

class TextPage {
 public:
  static constexpr std::size_t kLabel = 11;  // where the words of a section begin

  // `style` must outlive the page.
  explicit TextPage(const Style& style) : style_(style) {}
  [[nodiscard]] std::string take() { return std::move(text_); }

  // Without the spaces at its end.
  void line(std::string_view text);
  // `head` (already painted), then `words` from column `indent` on, wrapped.
  void wrapped(std::string head, std::string_view words, std::size_t indent);
  void section(std::string_view name, std::string_view words);
  void item(State state, std::string_view words);
  // What is to be copied, made safe: it goes on in the next line the way a shell reads it.
  void command(std::string head, const std::string& text);

  [[nodiscard]] std::string mark(State state) const;
  // Text of others.
  [[nodiscard]] std::string safe(std::string_view text) const;

 protected:
  const Style& style_;

 private:
  std::string text_;
};

}  // namespace votebench::report
