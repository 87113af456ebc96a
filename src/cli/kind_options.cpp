#include "cli/kind_options.h"

#include <fmt/format.h>

#include <vector>

#include "stack/variant.h"

namespace votebench::cli {
namespace {

// The kinds that know it.
std::vector<std::string_view> kinds_with(std::string_view flag) {
  std::vector<std::string_view> names;
  for (const stack::Kind* kind : stack::kinds())
    if (kind->option(flag) != nullptr) names.push_back(kind->name);
  return names;
}

// "aws: variables for Terraform (tfvars)": what not every kind knows says whose it is.
std::string help_of(const stack::KindOption& option) {
  const auto names = kinds_with(option.flag);
  if (names.front() == stack::kinds().front()->name) return option.help;
  return fmt::format("{}: {}", fmt::join(names, ", "), option.help);
}

Failure ignored(const std::string& what, std::string_view flag, const stack::Kind& kind) {
  return fail(ErrorKind::usage,
              fmt::format("{} says nothing to a stack of kind {}", what, kind.name),
              fmt::format("leave it out, or choose a kind that knows it ({})",
                          fmt::join(kinds_with(flag), ", ")));
}

// The scenario's words as options; the defaults of its keys say nothing.
stack::OptionValues wishes(const scenario::StackChoice& choice) {
  stack::OptionValues values = stack::knob_options(choice.worker);
  if (choice.variant != scenario::StackChoice{}.variant) values["--variant"] = choice.variant;
  return values;
}

}  // namespace

std::function<Result<>(std::string_view, const scenario::Intervention&)> check_faults_of(
    std::string chosen) {
  return [chosen = std::move(chosen)](std::string_view stack,
                                      const scenario::Intervention& fault) -> Result<> {
    TRY_ASSIGN(const stack::Kind* kind, stack::find_kind(chosen.empty() ? stack : chosen));
    return stack::check_fault(*kind, fault.verb, fault.service);
  };
}

void KindOptions::add_to(CLI::App& command, OptionPart part) {
  const auto wanted = [part](const stack::KindOption& option) {
    if (part == OptionPart::up) return true;
    return option.in_run && option.consent == (part == OptionPart::consent);
  };
  for (const stack::Kind* kind : stack::kinds())
    for (const stack::KindOption& option : kind->options) {
      const std::string flag(option.flag);
      if (!wanted(option) || options_.contains(flag)) continue;
      const std::string help = help_of(option);
      CLI::Option* added = option.is_switch ? command.add_flag(flag, help)
                                            : command.add_option(flag, texts_[flag], help);
      if (option.is_count)
        added->type_name("UINT")->check(CLI::TypeValidator<std::uint32_t>("UINT").description(""));
      if (option.words != nullptr) added->check(CLI::IsMember(option.words()));
      if (*option.default_text != '\0' && part == OptionPart::up)
        added->default_str(option.default_text);
      if (option.hidden) added->group("");
      options_[flag] = added;
    }
}

stack::OptionValues KindOptions::given() const {
  stack::OptionValues values;
  for (const auto& [flag, option] : options_)
    if (option->count() > 0)
      values[flag] = texts_.contains(flag) ? texts_.at(flag) : std::string("yes");
  return values;
}

Result<stack::OptionValues> KindOptions::values(const stack::Kind& kind) const {
  stack::OptionValues values = given();
  for (const auto& [flag, text] : values)
    if (kind.option(flag) == nullptr) return ignored(flag, flag, kind);
  return values;
}

Result<stack::OptionValues> KindOptions::values(const stack::Kind& kind,
                                                const scenario::StackChoice& choice) const {
  stack::OptionValues wanted = wishes(choice);
  for (const auto& [flag, text] : wanted)
    if (kind.option(flag) == nullptr)
      return ignored("the scenario's stack." + flag.substr(2), flag, kind);
  TRY_ASSIGN(const stack::OptionValues own, values(kind));
  for (const auto& [flag, text] : own) wanted[flag] = text;
  return wanted;
}

}  // namespace votebench::cli
