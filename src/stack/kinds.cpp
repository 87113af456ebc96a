#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"
#include "stack/kind.h"
#include "stack/variant.h"

namespace votebench::stack {

// A row each, defined in the folder of its kind.
extern const Kind kLocalKind;
extern const Kind kComposeKind;
extern const Kind kAwsKind;

namespace {

constexpr std::array kKinds{&kLocalKind, &kComposeKind, &kAwsKind};

std::string or_list(const std::vector<std::string_view>& words) {
  if (words.size() < 2) return words.empty() ? "none" : std::string(words[0]);
  return fmt::format("{} or {}", fmt::join(words.begin(), words.end() - 1, ", "), words.back());
}

bool can_do(const Kind& kind, std::string_view verb) {
  return std::ranges::find(kind.faults, verb, &scenario::FaultVerb::name) != kind.faults.end();
}

}  // namespace

std::string value_of(const OptionValues& options, std::string_view flag) {
  const auto found = options.find(flag);
  return found == options.end() ? std::string() : found->second;
}

const KindOption* Kind::option(std::string_view flag) const {
  const auto found = std::ranges::find(options, flag, &KindOption::flag);
  return found == options.end() ? nullptr : &*found;
}

std::span<const Kind* const> kinds() { return kKinds; }

std::string kind_names() {
  std::vector<std::string_view> names;
  for (const Kind* kind : kKinds) names.push_back(kind->name);
  return or_list(names);
}

scenario::StackWords scenario_words() {
  scenario::StackWords words;
  words.variants = variant_names();
  words.orders = worker_orders();
  for (const Kind* kind : kKinds)
    (kind->costs_money ? words.costly_kinds : words.kinds).emplace_back(kind->name);
  return words;
}

Result<const Kind*> find_kind(std::string_view name) {
  for (const Kind* kind : kKinds)
    if (kind->name == name) return kind;
  return fail(
      ErrorKind::usage, fmt::format("there is no stack kind '{}'", printable(name)),
      fmt::format("this version knows {}; --as gives one of them a name of its own", kind_names()));
}

const Kind& kind_of(const StackId& id) {
  for (const Kind* kind : kKinds)
    if (kind->is_there(id)) return *kind;
  return *kKinds.front();
}

Result<> check_fault(const Kind& kind, std::string_view verb, std::string_view service) {
  if (can_do(kind, verb)) return {};
  std::vector<std::string_view> able;
  for (const Kind* other : kKinds)
    if (can_do(*other, verb)) able.push_back(other->name);
  return fail(ErrorKind::usage,
              fmt::format("a stack of kind {} cannot {} {}", kind.name, verb, printable(service)),
              fmt::format("choose {}, or use 'run' to do it your way", or_list(able)));
}

}  // namespace votebench::stack
