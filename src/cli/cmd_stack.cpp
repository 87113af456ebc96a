#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <utility>

#include "cli/commands.h"
#include "cli/stack_kind.h"
#include "cli/worker_options.h"
#include "core/counted.h"
#include "core/os.h"
#include "core/print.h"
#include "core/text.h"
#include "run/check_target.h"
#include "scenario/parse.h"
#include "stack/aws/aws_stack.h"
#include "stack/docker/compose_stack.h"
#include "stack/local/local_stack.h"

namespace votebench::cli {
namespace {

struct StackOptions {
  stack::LocalStackOptions local;
  std::string kind = "local";
  std::string as;
  std::string images = "ours";
  std::filesystem::path infra;
  std::filesystem::path variables;
  std::filesystem::path ansible_variables;
  bool yes = false;
  bool allow_destroy = false;
  WorkerOptions worker;
  std::string service;
  std::size_t lines = 40;
};

// Exit status of a step that prints nothing of its own.
int finish(const Result<>& result) { return result ? 0 : report_error(result.error()); }

void say(std::string_view step) { print_err("{}\n", step); }
void print(std::string_view line) { print_out("{}\n", line); }

void print_next_steps(const stack::StackId& id, const Context& context) {
  const std::string file = id.target_file().string();
  print_out("target  {}\n", file);
  print_out("next    {}\n", first_run(context, file));
  print_out("        {}\n", stack::command_on(id, "down", context.program));
}

Result<> up_local(StackOptions& options, const Context& context) {
  TRY_ASSIGN(options.local.worker, options.worker.parsed());
  TRY_ASSIGN(stack::LocalStack stack, stack::bring_up(options.local, say));
  TRY(stack.leave_up());
  print_out("{}\n", stack.describe());
  print_next_steps(stack.id(), context);
  return {};
}

Result<> up_compose(const StackOptions& options, const Context& context) {
  const auto images = stack::parse_image_set(options.images);
  if (!images) return fail(ErrorKind::usage, fmt::format("no images '{}'", options.images));
  stack::ComposeChoice choice{.id = options.local.id, .images = *images, .infra = options.infra};
  choice.variant = *images == stack::ImageSet::ours ? options.local.variant : "dockersamples";
  TRY_ASSIGN(const stack::ComposeStack stack,
             stack::ComposeStack::bring_up(choice, say, context.signals->first()));
  print_out("{}\n", stack.describe());
  print_next_steps(stack.id(), context);
  return {};
}

// Asks a person; whoever cannot be asked has said no.
bool confirmed(std::string_view question) {
  if (isatty(STDIN_FILENO) == 0) return false;
  print_err("{} [y/N] ", question);
  std::string answer;
  return std::getline(std::cin, answer) && (answer == "y" || answer == "yes");
}

Result<> up_aws(const StackOptions& options, const Context& context) {
  const stack::AwsChoice choice{.id = options.local.id,
                                .infra = options.infra,
                                .variables = options.variables,
                                .ansible_variables = options.ansible_variables};
  TRY_ASSIGN(stack::AwsPlan plan, stack::AwsPlan::make(choice, say, context.signals->first()));
  TRY(plan.agree({.costs = options.yes, .destruction = options.allow_destroy, .ask = confirmed}));
  TRY(std::move(plan).apply(say, context.signals->first()));
  print_next_steps(choice.id, context);
  return {};
}

std::string_view phase_name(stack::StackPhase phase) {
  switch (phase) {
    case stack::StackPhase::absent:
      return "down";
    case stack::StackPhase::starting:
      return "starting";
    case stack::StackPhase::up:
      return "up";
    case stack::StackPhase::stopping:
      break;
  }
  return "stopping";
}

Result<> print_compose_status(const stack::StackId& id) {
  TRY_ASSIGN(const auto containers, stack::compose_status(id));
  print_out("{}: {} containers (compose)\n", id.name, containers.size());
  for (const stack::Container& container : containers)
    print_out("  {:<10} {}\n", container.service, printable(container.status));
  return {};
}

Result<> print_status(const StackOptions& options) {
  if (stack::is_aws(options.local.id)) return stack::aws_verb(options.local.id, "status", print);
  if (stack::is_compose(options.local.id)) return print_compose_status(options.local.id);
  TRY_ASSIGN(const stack::StackStatus status, stack::status(options.local.id));
  print_out("{}: {}", status.id.name, phase_name(status.phase));
  if (status.phase == stack::StackPhase::absent) {
    print_out("\n");
    return {};
  }
  print_out(" ({}{})\n", status.variant, status.kept ? "" : ", lives with its run");
  for (const stack::ServiceStatus& service : status.services)
    print_out("  {:<10} {}\n", service.name,
              service.running() ? fmt::format("pid {}", service.pid) : "not running");
  return {};
}

Result<> print_logs(const StackOptions& options) {
  const stack::StackId& id = options.local.id;
  if (stack::is_aws(id)) return stack::aws_logs(id, options.service, options.lines, print);
  TRY_ASSIGN(const std::string text, stack::is_compose(id)
                                         ? stack::compose_logs(id, options.service, options.lines)
                                         : stack::logs(id, options.service, options.lines));
  write_out(text);
  return {};
}

Result<> down(const StackOptions& options, const Context& context) {
  const stack::StackId& id = options.local.id;
  if (stack::is_aws(id)) return stack::aws_down(id, say, context.signals->first());
  if (stack::is_compose(id)) return stack::compose_down(id, say);
  TRY(stack::take_down(id));
  say(fmt::format("{}: down", id.name));
  return {};
}

Result<> reset(const StackOptions& options) {
  const stack::StackId& id = options.local.id;
  if (stack::is_aws(id)) return stack::aws_verb(id, "reset", say);
  TRY(stack::is_compose(id) ? stack::compose_reset(id) : stack::reset(id));
  say(fmt::format("{}: table and queue are empty", id.name));
  return {};
}

Result<> check(const StackOptions& options, const Context& context) {
  TRY(print_status(options));
  if (stack::is_aws(options.local.id)) TRY(stack::aws_verb(options.local.id, "check", say));
  const std::string file = options.local.id.target_file().string();
  const Result<std::string> text = read_file(file);
  if (!text)
    return fail(ErrorKind::environment, fmt::format("stack '{}' is not up", options.local.id.name),
                fmt::format("`{}` brings it up", stack::up_command(options.local.id)));
  TRY_ASSIGN(TargetSettings target,
             scenario::parse_target(*text, file, scenario::process_options()).result());
  TRY_ASSIGN(const run::TargetCheck found,
             run::check_target(std::move(target), say, context.signals->first()));
  for (const auto& [name, value] : found.facts) print_out("  {:<14} {}\n", name, value);
  for (const std::string& warning : found.warnings) print_out("  warning: {}\n", warning);
  print_out("fit: {} followed to the table\n", counted(found.probe_votes, "probe vote"));
  return {};
}

// A verb on a stack that is there: its kind and the name given by --as are the same thing, a name.
CLI::App* add_verb(CLI::App& parent, const std::shared_ptr<StackOptions>& options,
                   const std::string& verb, const std::string& summary) {
  const std::string arguments = verb == "logs" ? "local --lines 5" : "local";
  CLI::App* command =
      add_command(parent, verb, summary, fmt::format("  votebench stack {} {}\n", verb, arguments));
  command->add_option("NAME", options->kind, "The stack's name: its kind, or what --as said")
      ->capture_default_str();
  return command;
}

Result<> bring_up(const CLI::App& command, StackOptions& options, const Context& context) {
  TRY(check_kind(command, options.kind));
  options.local.id.name = options.as.empty() ? options.kind : options.as;
  if (options.kind == "local") return up_local(options, context);
  if (options.kind == "aws") return up_aws(options, context);
  if (options.images != "ours" && command.count("--variant") > 0)
    return fail(ErrorKind::usage, "the original images have no variants",
                "leave out --variant, or --images");
  return up_compose(options, context);
}

void add_up(CLI::App& parent, const std::shared_ptr<StackOptions>& options, Context& context) {
  CLI::App* command = add_command(parent, "up", "Start a stack and leave it running",
                                  "  votebench stack up local\n"
                                  "  votebench stack up compose\n"
                                  "  votebench stack up aws --vars my.tfvars\n");
  command->add_option("KIND", options->kind, "local, compose or aws")->capture_default_str();
  command->add_option("--as", options->as, "A name of its own, to have several side by side");
  command->add_option("--variant", options->local.variant, "How the reference stack behaves")
      ->check(CLI::IsMember(stack::variant_names()))
      ->capture_default_str();
  command->add_option("--images", options->images, "compose: ours, or the original dockersamples")
      ->check(CLI::IsMember({"ours", "dockersamples"}))
      ->capture_default_str();
  command->add_option("--infra", options->infra, "compose, aws: this repository's folder infra");
  command->add_option("--vars", options->variables, "aws: variables for Terraform (tfvars)");
  command->add_option("--ansible-vars", options->ansible_variables,
                      "aws: variables for Ansible (YAML)");
  command->add_flag("--yes", options->yes, "aws: do not ask before something that costs money");
  command->add_flag("--allow-destroy", options->allow_destroy,
                    "aws: do not ask before something is destroyed or replaced");
  options->worker.add_to(*command);
  command
      ->add_flag("--truth-log", options->local.truth_log,
                 "The services record what they do, for tests of votebench itself")
      ->group("");  // --help does not show it
  command->callback([command, options, &context] {
    context.exit_status = finish(bring_up(*command, *options, context));
  });
}

}  // namespace

void add_stack(CLI::App& app, Context& context) {
  CLI::App* command = add_command(app, "stack", "Stand a voting stack up, look at it, tear it down",
                                  "  votebench stack up local\n"
                                  "  votebench stack status local\n"
                                  "  votebench stack check local\n"
                                  "  votebench stack reset local\n"
                                  "  votebench stack down local\n");
  command->require_subcommand(1);
  auto options = std::make_shared<StackOptions>();
  command->add_option("--artifacts", options->local.id.artifacts, "Where stacks keep their files")
      ->capture_default_str();
  add_up(*command, options, context);
  const auto on_existing = [&](CLI::App* verb, auto action) {
    verb->callback([options, &context, action] {
      options->local.id.name = options->kind;
      context.exit_status = finish(action(*options));
    });
  };
  on_existing(add_verb(*command, options, "down", "Stop a stack, nothing stays running"),
              [&context](const StackOptions& o) { return down(o, context); });
  on_existing(add_verb(*command, options, "status", "Say what runs"), print_status);
  on_existing(add_verb(*command, options, "check", "Follow probe votes to the table"),
              [&context](const StackOptions& o) { return check(o, context); });
  on_existing(add_verb(*command, options, "reset", "Empty its table, queue and side lists"), reset);
  CLI::App* logs = add_verb(*command, options, "logs", "Print the last lines of its logs");
  logs->add_option("--service", options->service, "Only vote, worker, result, redis or postgres");
  logs->add_option("--lines", options->lines, "How many of each")->capture_default_str();
  on_existing(logs, print_logs);
}

}  // namespace votebench::cli
