#include "stack/local/message.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace votebench::stack {
namespace {

constexpr std::string_view kStep = "step ";
constexpr std::string_view kFailed = "failed ";
constexpr char kBreak = '\x1e';
constexpr char kHelpFollows = '\x1f';

std::string flat(std::string text) {
  std::replace(text.begin(), text.end(), '\n', kBreak);
  return text;
}

std::string with_breaks(std::string_view text) {
  std::string lines(text);
  std::replace(lines.begin(), lines.end(), kBreak, '\n');
  return lines;
}

}  // namespace

std::string step_line(std::string_view text) { return fmt::format("{}{}\n", kStep, text); }

std::string failure_line(const Error& error) {
  return fmt::format("{}{}{}{}\n", kFailed, flat(error.message), kHelpFollows, flat(error.help));
}

std::string_view step_text(std::string_view line) {
  return line.starts_with(kStep) ? line.substr(kStep.size()) : std::string_view();
}

Error parse_failure(std::string_view line) {
  if (!line.starts_with(kFailed))
    return {ErrorKind::internal,
            fmt::format("the stack's guardian answered '{}'", printable(line)),
            {}};
  line.remove_prefix(kFailed.size());
  const std::size_t end = std::min(line.find(kHelpFollows), line.size());
  return {ErrorKind::environment, with_breaks(line.substr(0, end)),
          with_breaks(line.substr(std::min(end + 1, line.size())))};
}

}  // namespace votebench::stack
