#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <utility>

#include "cli/commands.h"
#include "cli/kind_options.h"
#include "core/ask.h"
#include "core/print.h"
#include "stack/kind.h"

namespace votebench::cli {
namespace {

struct StackOptions {
  stack::StackId id;
  std::string kind{stack::kinds().front()->name};  // or the name of a stack that is there
  std::string as;
  KindOptions kinds;
  bool yes = false;
  stack::LogRequest logs;
};

void say(std::string_view step) { print_err("{}\n", step); }
void print(std::string_view line) { print_out("{}\n", line); }

void print_next_steps(const stack::StackId& id, const Context& context) {
  const std::string file = id.target_file().string();
  print_out("target  {}\n", file);
  print_out("next    {}\n", first_run(context, file));
  print_out("        {}\n", stack::command_on(id, "down", context.program));
}

// Whoever cannot be asked has said no.
bool said_yes(std::string_view question) { return ask(question) == Consent::given; }

Result<> check(const stack::Kind& kind, const stack::StackId& id, const Context& context) {
  TRY(kind.status(id, print));
  if (kind.check != nullptr) TRY(kind.check(id, {.progress = say}));
  TRY_ASSIGN(TargetSettings target, stack::read_target(id));
  return print_fitness(std::move(target), {}, context);
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

Result<> bring_up(StackOptions& options, const Context& context) {
  TRY_ASSIGN(const stack::Kind* kind, stack::find_kind(options.kind));
  options.id.name = options.as.empty() ? options.kind : options.as;
  stack::Wanted wanted{.id = options.id, .options = {}};
  TRY_ASSIGN(wanted.options, options.kinds.values(*kind));
  TRY_ASSIGN(const auto stack, kind->bring_up(wanted, {.progress = say,
                                                       .stop = context.signals->first(),
                                                       .costs_agreed = options.yes,
                                                       .ask = said_yes}));
  TRY(stack->leave_up());
  if (!stack->description.empty()) print_out("{}\n", stack->description);
  print_next_steps(options.id, context);
  return {};
}

// The stacks under the artifacts directory, by name.
int print_stacks(const std::filesystem::path& artifacts, const Context& context) {
  std::map<std::string, std::string_view> kinds;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(artifacts, error)) {
    const stack::StackId id{artifacts, entry.path().filename().string()};
    for (const stack::Kind* kind : stack::kinds())
      if (kind->is_there(id)) kinds[id.name] = kind->name;
  }
  if (kinds.empty())
    print_out("no stacks under {}; start one with: {} stack up local\n", artifacts.string(),
              context.program);
  else
    print_out("{:<16} {:<10} TARGET\n", "NAME", "KIND");
  for (const auto& [name, kind] : kinds)
    print_out("{:<16} {:<10} {}\n", name, kind,
              stack::StackId{artifacts, name}.target_file().string());
  return 0;
}

void add_up(CLI::App& parent, const std::shared_ptr<StackOptions>& options, Context& context) {
  CLI::App* command = add_command(parent, "up", "Start a stack and leave it running",
                                  "  votebench stack up local\n"
                                  "  votebench stack up compose\n"
                                  "  votebench stack up aws --vars my.tfvars\n");
  command->add_option("KIND", options->kind, stack::kind_names())->capture_default_str();
  command->add_option("--as", options->as, "A name of its own, to have several side by side")
      ->type_name("NAME");
  options->kinds.add_to(*command, OptionPart::up);
  command->add_flag("--yes", options->yes, "aws: do not ask before something that costs money");
  command->callback(
      [options, &context] { context.exit_status = exit_status_of(bring_up(*options, context)); });
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
  command->add_option("--artifacts", options->id.artifacts, "Where stacks keep their files")
      ->type_name("DIR")
      ->capture_default_str();
  add_up(*command, options, context);
  add_command(*command, "list", "List the stacks that are up", "  votebench stack list\n")
      ->callback([options, &context] {
        context.exit_status = print_stacks(options->id.artifacts, context);
      });
  const auto on_existing = [&](CLI::App* verb, auto action) {
    verb->callback([options, &context, action] {
      options->id.name = options->kind;
      context.exit_status = exit_status_of(action(stack::kind_of(options->id)));
    });
  };
  on_existing(add_verb(*command, options, "down", "Stop a stack, nothing stays running"),
              [options, &context](const stack::Kind& kind) {
                return kind.down(options->id, {.progress = say, .stop = context.signals->first()});
              });
  on_existing(add_verb(*command, options, "status", "Say what runs"),
              [options](const stack::Kind& kind) { return kind.status(options->id, print); });
  on_existing(
      add_verb(*command, options, "check", "Follow probe votes to the table"),
      [options, &context](const stack::Kind& kind) { return check(kind, options->id, context); });
  on_existing(add_verb(*command, options, "reset", "Empty its table, queue and side lists"),
              [options](const stack::Kind& kind) { return kind.reset(options->id, say); });
  CLI::App* logs = add_verb(*command, options, "logs", "Print the last lines of its logs");
  logs->add_option("--service", options->logs.service,
                   "Only vote, worker, result, redis or postgres");
  logs->add_option("--lines", options->logs.lines, "How many of each")->capture_default_str();
  on_existing(logs, [options](const stack::Kind& kind) {
    return kind.logs(options->id, options->logs, print);
  });
}

}  // namespace votebench::cli
