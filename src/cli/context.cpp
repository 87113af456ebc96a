#include "cli/context.h"

#include "core/print.h"
#include "report/exit_code.h"

namespace votebench::cli {

int report_error(const Error& error) {
  print_err("votebench: error: {}\n", error.message);
  if (!error.help.empty()) print_err("  help: {}\n", error.help);
  return static_cast<int>(report::exit_code_of(error.kind));
}

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& summary,
                      const std::string& examples) {
  return app.add_subcommand(name, summary + "\n\nExamples:\n" + examples);
}

}  // namespace votebench::cli
