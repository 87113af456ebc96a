#include "stack/stack_id.h"

#include <fmt/format.h>

#include "core/invocation.h"
#include "core/os.h"
#include "core/text.h"
#include "scenario/parse.h"
#include "stack/kind.h"

namespace votebench::stack {
namespace {

constexpr std::size_t kLongestName = 32;
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";

Invocation on_stacks_of(const StackId& id, const std::string& program,
                        const std::vector<GivenOption>& words) {
  Invocation command{program, "", "stack", {}};
  if (id.artifacts != StackId{}.artifacts)
    command.options.push_back({"--artifacts", id.artifacts.string()});
  command.options.insert(command.options.end(), words.begin(), words.end());
  return command;
}

}  // namespace

Result<TargetSettings> read_target(const StackId& id) {
  const std::string file = id.target_file().string();
  const Result<std::string> text = read_file(file);
  if (!text)
    return fail(ErrorKind::environment, fmt::format("stack '{}' is not up", id.name),
                fmt::format("`{}` brings it up", up_command(id)));
  return scenario::parse_target(*text, file, scenario::process_options()).result();
}

Result<> check_name(const std::string& name) {
  const std::string inner = std::string(kLetters) + '-';
  const bool valid = !name.empty() && name.size() <= kLongestName &&
                     kLetters.find(name.front()) != std::string_view::npos &&
                     name.find_first_not_of(inner) == std::string::npos;
  if (valid) return {};
  return fail(ErrorKind::usage, fmt::format("'{}' cannot be the name of a stack", printable(name)),
              fmt::format("use up to {} small letters, digits and '-'", kLongestName));
}

std::string command_on(const StackId& id, const std::string& verb, const std::string& program) {
  return shell_text(on_stacks_of(id, program, {{"", verb}, {"", id.name}}), "");
}

std::string up_command(const StackId& id, const std::string& kind) {
  std::vector<GivenOption> words{{"", "up"}, {"", kind}};
  if (id.name != kind) words.push_back({"--as", id.name});
  return shell_text(on_stacks_of(id, "votebench", words), "");
}

std::string up_command(const StackId& id) {
  const auto kind = find_kind(id.name);
  return up_command(id, std::string(kind ? (*kind)->name : kinds().front()->name));
}

}  // namespace votebench::stack
