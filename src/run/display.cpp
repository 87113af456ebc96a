#include "run/display.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "core/print.h"

namespace votebench::run {
namespace {

constexpr std::size_t kColumns = 78;  // and two for the indent of what continues a line

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

report::TerminalSize size_of(int fd) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_col, size.ws_row};
}

ProgressMode decide(ProgressMode mode) {
  if (mode != ProgressMode::automatic) return mode;
  const bool live = isatty(STDERR_FILENO) != 0 && variable("TERM") != "dumb";
  return live ? ProgressMode::live : ProgressMode::plain;
}

}  // namespace

report::Style style_of(int fd) {
  report::TerminalFacts facts;
  facts.is_terminal = isatty(fd) != 0;
  facts.term = variable("TERM");
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (facts.locale.empty()) facts.locale = variable(name);
  facts.no_color = !variable("NO_COLOR").empty();
  return report::style_for(facts);
}

Display::Display(ProgressMode mode) : mode_(decide(mode)), view_(style_of(STDERR_FILENO)) {}

Display::~Display() { clear(); }

void Display::say(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  if (mode_ == ProgressMode::none) return;
  std::string_view indent;
  for (const std::string& part : report::wrap(line, kColumns)) {
    const std::string text = std::string(indent) + part;
    write_err(mode_ == ProgressMode::live ? view_.message(text, size_of(STDERR_FILENO))
                                          : text + "\n");
    indent = "  ";
  }
}

void Display::show(const report::ProgressState& state) {
  const std::scoped_lock lock(mutex_);
  if (mode_ == ProgressMode::live) write_err(view_.update(state, size_of(STDERR_FILENO)));
  if (mode_ == ProgressMode::plain) write_err(log_.update(state, real_clock().wall_now()));
}

void Display::clear() {
  const std::scoped_lock lock(mutex_);
  if (mode_ == ProgressMode::live) write_err(view_.clear(size_of(STDERR_FILENO)));
}

}  // namespace votebench::run
