#include "cli/stack_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace votebench::cli {
namespace {

struct KindOption {
  const char* flag;
  std::string_view kinds;  // of those that it is for
};

constexpr std::array<std::string_view, 3> kKinds{"local", "compose", "aws"};

constexpr std::array<KindOption, 12> kOptions{{
    {"--variant", "local, compose"},
    {"--workers", "local"},
    {"--batch", "local"},
    {"--poll", "local"},
    {"--hold", "local"},
    {"--order", "local"},
    {"--truth-log", "local"},
    {"--images", "compose"},
    {"--infra", "compose, aws"},
    {"--vars", "aws"},
    {"--ansible-vars", "aws"},
    {"--allow-destroy", "aws"},
}};

bool was_given(const CLI::App& command, const char* flag) {
  const CLI::Option* option = command.get_option_no_throw(flag);
  return option != nullptr && option->count() > 0;
}

}  // namespace

Result<> check_kind(const CLI::App& command, std::string_view kind) {
  if (std::ranges::find(kKinds, kind) == kKinds.end())
    return fail(
        ErrorKind::usage, fmt::format("there is no stack kind '{}'", kind),
        "this version knows local, compose and aws; --as gives one of them a name of its own");
  for (const KindOption& option : kOptions)
    if (was_given(command, option.flag) && option.kinds.find(kind) == std::string_view::npos)
      return fail(ErrorKind::usage,
                  fmt::format("{} says nothing to a stack of kind {}", option.flag, kind),
                  fmt::format("leave it out, or choose a kind that knows it ({})", option.kinds));
  return {};
}

}  // namespace votebench::cli
