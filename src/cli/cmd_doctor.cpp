#include "cli/commands.h"
#include "core/print.h"
#include "stack/doctor.h"

namespace votebench::cli {
namespace {

int print_examination(const stack::Examination& examination) {
  for (const stack::Requirement& requirement : examination.requirements) {
    print_out("{:<8} {:<18} {}\n", requirement.met ? "ok" : "MISSING", requirement.name,
              requirement.found);
    if (!requirement.met) print_out("{:<8} {:<18} -> {}\n", "", "", requirement.help);
  }
  if (!examination.install_line.empty())
    print_out("\ninstall what is missing:\n  {}\n", examination.install_line);
  if (examination.healthy()) print_out("\nthe local stack can run here\n");
  return examination.healthy() ? 0 : 6;
}

}  // namespace

void add_doctor(CLI::App& app, Context& context) {
  CLI::App* command = add_command(app, "doctor", "Say what the local stack lacks on this machine",
                                  "  votebench doctor\n");
  command->callback(
      [&context] { context.exit_status = print_examination(stack::examine_machine()); });
}

}  // namespace votebench::cli
