// The AWS stack's row in the table of kinds.
#include "core/os.h"
#include "core/print.h"
#include "scenario/parse.h"
#include "stack/aws/aws_stack.h"
#include "stack/kind.h"

namespace votebench::stack {
namespace {

constexpr KindOption kAwsOptions[] = {
    {.flag = "--infra", .help = "this repository's folder infra", .in_run = false},
    {.flag = "--vars", .help = "variables for Terraform (tfvars)"},
    {.flag = "--ansible-vars", .help = "variables for Ansible (YAML)"},
    {.flag = "--allow-destroy",
     .help = "do not ask before something is destroyed or replaced",
     .consent = true,
     .is_switch = true}};

class RunningAws final : public RunningStack {
 public:
  RunningAws(StackId id, TargetSettings settings) : id_(std::move(id)) {
    target = std::move(settings);
  }

  [[nodiscard]] Result<> control(std::string_view /*verb*/,
                                 std::string_view /*service*/) const override {
    return fail(ErrorKind::internal, "a stack on AWS cannot be controlled");  // none is in its row
  }
  [[nodiscard]] Result<> take_down() override {
    return aws_down(id_, [](std::string_view) {});
  }

 private:
  StackId id_;
};

Result<std::unique_ptr<RunningStack>> made(const AwsChoice& choice, AwsPlan plan,
                                           const Hooks& hooks) {
  TRY(std::move(plan).apply(hooks.progress, hooks.stop));
  const std::string file = choice.id.target_file().string();
  TRY_ASSIGN(const std::string text, read_file(file));
  TRY_ASSIGN(TargetSettings settings,
             scenario::parse_target(text, file, scenario::process_options()).result());
  return std::make_unique<RunningAws>(choice.id, std::move(settings));
}

Result<std::unique_ptr<RunningStack>> aws_up(const Wanted& wanted, const Hooks& hooks) {
  const AwsChoice choice{.id = wanted.id,
                         .infra = value_of(wanted.options, "--infra"),
                         .variables = value_of(wanted.options, "--vars"),
                         .ansible_variables = value_of(wanted.options, "--ansible-vars")};
  TRY_ASSIGN(AwsPlan plan, AwsPlan::make(choice, hooks.progress, hooks.stop));
  TRY(plan.agree({.costs = hooks.costs_agreed,
                  .destruction = wanted.options.contains("--allow-destroy"),
                  .ask = hooks.ask}));
  const bool made_here = !plan.was_there();
  auto running = made(choice, std::move(plan), hooks);
  if (running) (*running)->made_here = made_here;
  if (!running && wanted.for_run && made_here)
    if (const auto ended = aws_down(choice.id, [](std::string_view) {}); !ended)
      print_err("votebench: error: {}\n", ended.error().message);
  return running;
}

Result<> aws_take_down(const StackId& id, const Hooks& hooks) {
  return aws_down(id, hooks.progress, hooks.stop);
}

Result<> aws_status(const StackId& id, const Progress& print) {
  return aws_verb(id, "status", print);
}

Result<> aws_check(const StackId& id, const Hooks& hooks) {
  return aws_verb(id, "check", hooks.progress);
}

Result<> aws_print_logs(const StackId& id, const LogRequest& request, const Progress& print) {
  return aws_logs(id, request.service, request.lines, print);
}

Result<> aws_reset(const StackId& id, const Progress& progress) {
  return aws_verb(id, "reset", progress);
}

}  // namespace

extern const Kind kAwsKind;
const Kind kAwsKind{.name = "aws",
                    .options = kAwsOptions,
                    .faults = {},
                    .costs_money = true,
                    .is_there = is_aws,
                    .bring_up = aws_up,
                    .down = aws_take_down,
                    .status = aws_status,
                    .check = aws_check,
                    .logs = aws_print_logs,
                    .reset = aws_reset};

}  // namespace votebench::stack
