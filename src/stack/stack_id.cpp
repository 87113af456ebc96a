#include "stack/stack_id.h"

#include <fmt/format.h>

#include "core/text.h"

namespace votebench::stack {
namespace {

constexpr std::size_t kLongestName = 32;
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";

}  // namespace

Result<> check_name(const std::string& name) {
  const std::string inner = std::string(kLetters) + '-';
  const bool valid = !name.empty() && name.size() <= kLongestName &&
                     kLetters.find(name.front()) != std::string_view::npos &&
                     name.find_first_not_of(inner) == std::string::npos;
  if (valid) return {};
  return fail(ErrorKind::usage, fmt::format("'{}' cannot be the name of a stack", printable(name)),
              fmt::format("use up to {} small letters, digits and '-'", kLongestName));
}

std::string up_command(const StackId& id, const std::string& kind) {
  const std::string name = id.name == kind ? "" : " --as " + id.name;
  return fmt::format("votebench stack up {}{}", kind, name);
}

std::string up_command(const StackId& id) {
  return up_command(id, id.name == "compose" || id.name == "aws" ? id.name : "local");
}

}  // namespace votebench::stack
