#include "cli/context.h"

#include "core/print.h"
#include "report/exit_code.h"

namespace votebench::cli {

int report_error(const Error& error) {
  print_err("votebench: error: {}\n", error.message);
  if (!error.help.empty()) print_err("  help: {}\n", error.help);
  return static_cast<int>(report::exit_code_of(error.kind));
}

Invocation invocation_of(const Context& context, const CLI::App& command,
                         const std::vector<const CLI::Option*>& options) {
  std::error_code none;
  Invocation typed{
      context.program, std::filesystem::current_path(none).string(), command.get_name(), {}};
  for (const CLI::Option* option : options) {
    const std::string name = option->nonpositional() ? option->get_name() : "";
    if (option->get_items_expected_max() == 0) {
      if (option->count() > 0) typed.options.push_back({name});
      continue;
    }
    for (const std::string& value : option->results()) typed.options.push_back({name, value});
  }
  return typed;
}

std::string first_run(const Context& context, const std::filesystem::path& target) {
  return shell_text({context.program,
                     "",
                     "run",
                     {{"--votes", "1000"}, {"--clients", "40"}, {"--target", target.string()}}},
                    "");
}

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& summary,
                      const std::string& examples) {
  return app.add_subcommand(name, summary + "\n\nExamples:\n" + examples);
}

}  // namespace votebench::cli
