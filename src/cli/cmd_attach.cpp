#include <fmt/format.h>

#include <array>
#include <utility>

#include "cli/commands.h"
#include "core/output_file.h"
#include "core/print.h"
#include "stack/docker/attach.h"

namespace votebench::cli {
namespace {

using Attach = Result<stack::Attached> (*)(const stack::AttachRequest&);

int attach(Attach how, const stack::AttachRequest& request, const Context& context) {
  const auto attached = how(request);
  if (!attached) return report_error(attached.error());
  for (const std::string& note : attached->notes) print_err("note: {}\n", note);
  if (output_kind(attached->file) != OutputKind::file) {
    for (const auto& secret : attached->secrets)
      print_err("wrote   {} (a password; only you may read it)\n", secret.string());
    return 0;
  }
  print_out("wrote   {}\n", attached->file.string());
  for (const auto& secret : attached->secrets)
    print_out("        {} (a password; only you may read it)\n", secret.string());
  print_out("next    {}\n", first_run(context, attached->file));
  return 0;
}

constexpr std::array<std::pair<stack::Role, const char*>, 5> kRoles{
    {{stack::Role::vote, "The service that is the vote page, where several look like it"},
     {stack::Role::worker, "The service that is the worker"},
     {stack::Role::result, "The service that is the result page"},
     {stack::Role::redis, "The service that is the queue"},
     {stack::Role::postgres, "The service that is the database"}}};

// `name`: of the project or stack, in upper case.
void add_options(CLI::App* command, Attach how, const std::string& name, Context& context) {
  auto request = std::make_shared<stack::AttachRequest>();
  command->add_option(name, request->project, "Its name; left out: the only one that runs");
  command->add_option("-o,--output", request->file,
                      fmt::format("The file to write (default: artifacts/{}/target.yaml); - is "
                                  "standard output",
                                  name));
  command->add_option("--artifacts", request->artifacts, "Where target files go")
      ->type_name("DIR")
      ->capture_default_str();
  for (const auto& [role, description] : kRoles)
    command->add_option(fmt::format("--{}", to_string(role)), request->services[role], description)
        ->type_name("SERVICE");
  command->add_flag("--force", request->force, "Replace a file that exists");
  command->callback(
      [how, request, &context] { context.exit_status = attach(how, *request, context); });
}

}  // namespace

void add_attach(CLI::App& app, Context& context) {
  CLI::App* command =
      add_command(app, "attach", "Write a target file for a stack that somebody else runs",
                  "  votebench attach compose\n"
                  "  votebench attach compose example-voting-app -o target.yaml\n"
                  "  votebench attach swarm vote\n");
  command->require_subcommand(1);
  CLI::App* compose = add_command(*command, "compose",
                                  "Find the voting stack among the containers of a compose project",
                                  "  votebench attach compose\n"
                                  "  votebench attach compose example-voting-app --force\n"
                                  "  votebench attach compose polls --vote web --redis queue\n");
  add_options(compose, stack::attach_compose, "PROJECT", context);
  CLI::App* swarm = add_command(*command, "swarm",
                                "Find the voting stack among the services of a Swarm stack; on one "
                                "of the swarm's managers",
                                "  votebench attach swarm\n"
                                "  votebench attach swarm vote --force\n"
                                "  votebench attach swarm polls --vote web --redis queue\n");
  add_options(swarm, stack::attach_swarm, "STACK", context);
}

}  // namespace votebench::cli
