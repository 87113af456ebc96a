#include <fmt/format.h>

#include <array>
#include <utility>

#include "cli/commands.h"
#include "core/output_file.h"
#include "core/print.h"
#include "stack/docker/attach.h"

namespace votebench::cli {
namespace {

int attach(const stack::AttachRequest& request, const Context& context) {
  const auto attached = stack::attach_compose(request);
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

}  // namespace

void add_attach(CLI::App& app, Context& context) {
  CLI::App* command =
      add_command(app, "attach", "Write a target file for a stack that somebody else runs",
                  "  votebench attach compose\n"
                  "  votebench attach compose example-voting-app\n"
                  "  votebench attach compose example-voting-app -o target.yaml\n");
  command->require_subcommand(1);
  auto request = std::make_shared<stack::AttachRequest>();
  CLI::App* compose = add_command(*command, "compose",
                                  "Find the voting stack among the containers of a compose project",
                                  "  votebench attach compose\n"
                                  "  votebench attach compose example-voting-app --force\n"
                                  "  votebench attach compose polls --vote web --redis queue\n");
  compose->add_option("PROJECT", request->project, "Its name; left out: the only one that runs");
  compose->add_option("-o,--output", request->file,
                      "The file to write (default: artifacts/PROJECT/target.yaml); - is standard "
                      "output");
  compose->add_option("--artifacts", request->artifacts, "Where target files go")
      ->capture_default_str();
  for (const auto& [role, description] : kRoles)
    compose->add_option(fmt::format("--{}", to_string(role)), request->services[role], description)
        ->type_name("SERVICE");
  compose->add_flag("--force", request->force, "Replace a file that exists");
  compose->callback([request, &context] { context.exit_status = attach(*request, context); });
}

}  // namespace votebench::cli
