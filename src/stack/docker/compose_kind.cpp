// The compose stack's row in the table of kinds.
#include <fmt/format.h>

#include <algorithm>

#include "core/print.h"
#include "core/text.h"
#include "stack/docker/compose_stack.h"
#include "stack/kind.h"
#include "stack/variant.h"

namespace votebench::stack {
namespace {

constexpr KindOption kComposeOptions[] = {
    {.flag = "--variant",
     .help = "How the stack behaves",
     .default_text = "reference",
     .words = [] { return variant_names(); }},
    {.flag = "--images",
     .help = "ours, or the original dockersamples",
     .in_run = false,
     .default_text = "ours",
     .words =
         [] {
           return std::vector<std::string>{"ours", "dockersamples"};
         }},
    {.flag = "--infra", .help = "this repository's folder infra", .in_run = false}};

Result<ComposeChoice> compose_choice(const Wanted& wanted) {
  const OptionValues& given = wanted.options;
  ComposeChoice choice{.id = wanted.id, .infra = value_of(given, "--infra")};
  if (given.contains("--images")) {
    const auto images = parse_image_set(value_of(given, "--images"));
    if (!images)
      return fail(ErrorKind::usage, fmt::format("no images '{}'", value_of(given, "--images")));
    choice.images = *images;
  }
  const bool original = choice.images == ImageSet::dockersamples;
  if (original && given.contains("--variant"))
    return fail(ErrorKind::usage, "the original images have no variants",
                "leave out --variant, or --images");
  if (original) choice.variant = "dockersamples";
  if (given.contains("--variant")) choice.variant = value_of(given, "--variant");
  return choice;
}

class RunningCompose final : public RunningStack {
 public:
  RunningCompose(ComposeStack stack, bool ours) : id_(stack.id()) {
    target = stack.target();
    description = stack.describe();
    made_here = ours;
  }

  [[nodiscard]] Result<> control(std::string_view verb, std::string_view service) const override {
    return compose_control(id_, verb, service);
  }
  [[nodiscard]] Result<> take_down() override {
    return compose_down(id_, [](std::string_view) {});
  }

 private:
  StackId id_;
};

Result<std::unique_ptr<RunningStack>> compose_up(const Wanted& wanted, const Hooks& hooks) {
  TRY_ASSIGN(const ComposeChoice choice, compose_choice(wanted));
  const bool was_there = is_compose(choice.id);
  auto stack = ComposeStack::bring_up(choice, hooks.progress, hooks.stop);
  if (stack) return std::make_unique<RunningCompose>(std::move(*stack), !was_there);
  if (wanted.for_run && !was_there && is_compose(choice.id))
    if (const auto ended = compose_down(choice.id, [](std::string_view) {}); !ended)
      print_err("votebench: error: {}\n", ended.error().message);
  return fail(std::move(stack.error()));
}

Result<> compose_take_down(const StackId& id, const Hooks& hooks) {
  return compose_down(id, hooks.progress);
}

Result<> print_compose_status(const StackId& id, const Progress& print) {
  TRY_ASSIGN(const auto containers, compose_status(id));
  print(fmt::format("{}: {} containers (compose)", id.name, containers.size()));
  for (const Container& container : containers)
    print(fmt::format("  {:<10} {}", container.service, printable(container.status)));
  return {};
}

Result<> compose_empty(const StackId& id, const Progress& progress) {
  TRY(compose_reset(id));
  progress(fmt::format("{}: table and queue are empty", id.name));
  return {};
}

}  // namespace

extern const Kind kComposeKind;
const Kind kComposeKind{.name = "compose",
                        .options = kComposeOptions,
                        .faults = scenario::kFaultVerbs,
                        .is_there = is_compose,
                        .bring_up = compose_up,
                        .down = compose_take_down,
                        .status = print_compose_status,
                        .check = nullptr,
                        .logs = compose_logs,
                        .reset = compose_empty};

}  // namespace votebench::stack
