#include "cli/context.h"

#include "core/print.h"

namespace votebench::cli {

int report_error(const Error& error) {
  print_err("votebench: error: {}\n", error.message);
  if (!error.help.empty()) print_err("  help: {}\n", error.help);
  switch (error.kind) {
    case ErrorKind::usage:
      return 2;
    case ErrorKind::environment:
      return 6;
    case ErrorKind::internal:
      break;
  }
  return 70;
}

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& summary,
                      const std::string& examples) {
  return app.add_subcommand(name, summary + "\n\nExamples:\n" + examples);
}

}  // namespace votebench::cli
