#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/worker_options.h"
#include "stack/local_stack.h"

namespace votebench::cli {
namespace {

struct StackOptions {
  stack::LocalStackOptions local;
  std::string kind = "local";
  std::string as;
  WorkerOptions worker;
  std::string service;
  std::size_t lines = 40;
};

// Exit status of a step that prints nothing of its own.
int finish(const Result<>& result) { return result ? 0 : report_error(result.error()); }

Result<> up(StackOptions& options) {
  TRY_ASSIGN(options.local.worker, options.worker.parsed());
  const auto progress = [](std::string_view step) { fmt::print(stderr, "{}\n", step); };
  TRY_ASSIGN(stack::LocalStack stack, stack::bring_up(options.local, progress));
  TRY(stack.leave_up());
  fmt::print("{}\n", stack.describe());
  fmt::print("target  {}\n", stack.id().target_file().string());
  fmt::print("next    votebench run scenarios/quick.yaml --target {}\n",
             stack.id().target_file().string());
  fmt::print("        votebench stack down {}\n", stack.id().name);
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

Result<> print_status(const StackOptions& options) {
  TRY_ASSIGN(const stack::StackStatus status, stack::status(options.local.id));
  fmt::print("{}: {}", status.id.name, phase_name(status.phase));
  if (status.phase == stack::StackPhase::absent) {
    fmt::print("\n");
    return {};
  }
  fmt::print(" ({}{})\n", status.variant, status.kept ? "" : ", lives with its run");
  for (const stack::ServiceStatus& service : status.services)
    fmt::print("  {:<10} {}\n", service.name,
               service.running() ? fmt::format("pid {}", service.pid) : "not running");
  return {};
}

Result<> print_logs(const StackOptions& options) {
  TRY_ASSIGN(const std::string text, stack::logs(options.local.id, options.service, options.lines));
  fmt::print("{}", text);
  return {};
}

// `local` and the name given by --as (or to another command's NAME) are the same thing: a name.
CLI::App* add_verb(CLI::App& parent, const std::shared_ptr<StackOptions>& options,
                   const std::string& verb, const std::string& summary) {
  const std::string arguments = verb == "logs" ? "local --lines 5" : "local";
  CLI::App* command =
      add_command(parent, verb, summary, fmt::format("  votebench stack {} {}\n", verb, arguments));
  command->add_option("NAME", options->kind, "The stack's name")->capture_default_str();
  return command;
}

Result<> choose_new(StackOptions& options) {
  if (options.kind != "local")
    return fail(ErrorKind::usage, fmt::format("there is no stack kind '{}'", options.kind),
                "this version knows 'local'; a second one gets a name with --as");
  options.local.id.name = options.as.empty() ? options.kind : options.as;
  return up(options);
}

void add_up(CLI::App& parent, const std::shared_ptr<StackOptions>& options, Context& context) {
  CLI::App* command = add_verb(parent, options, "up", "Start a stack and leave it running");
  command->add_option("--as", options->as, "Its name, to have several side by side");
  command->add_option("--variant", options->local.variant, "How the reference stack behaves")
      ->check(CLI::IsMember(stack::variant_names()))
      ->capture_default_str();
  options->worker.add_to(*command);
  command->add_flag("--truth-log", options->local.truth_log,
                    "The services record what they do, for tests of votebench itself");
  command->add_option("--vote-redis", options->local.vote_redis,
                      "Give the vote service this Redis address (HOST:PORT), right or wrong");
  command->callback([options, &context] { context.exit_status = finish(choose_new(*options)); });
}

}  // namespace

void add_stack(CLI::App& app, Context& context) {
  CLI::App* command = add_command(app, "stack", "Stand a voting stack up, look at it, tear it down",
                                  "  votebench stack up local\n"
                                  "  votebench stack status local\n"
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
              [](const StackOptions& o) { return stack::take_down(o.local.id); });
  on_existing(add_verb(*command, options, "status", "Say what runs"),
              [](const StackOptions& o) { return print_status(o); });
  on_existing(add_verb(*command, options, "reset", "Empty its table, queue and side lists"),
              [](const StackOptions& o) { return stack::reset(o.local.id); });
  CLI::App* logs = add_verb(*command, options, "logs", "Print the last lines of its logs");
  logs->add_option("--service", options->service, "Only vote, worker, result, redis or postgres");
  logs->add_option("--lines", options->lines, "How many of each")->capture_default_str();
  on_existing(logs, [](const StackOptions& o) { return print_logs(o); });
}

}  // namespace votebench::cli
