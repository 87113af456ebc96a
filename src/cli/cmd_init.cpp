#include <fmt/format.h>

#include <filesystem>

#include "cli/commands.h"
#include "core/os.h"
#include "core/print.h"
#include "scenario/starter.h"

namespace votebench::cli {
namespace {

int write_starter(const std::filesystem::path& path, bool force, const Context& context) {
  std::error_code none;
  if (std::filesystem::exists(path, none) && !force)
    return report_error({ErrorKind::usage, fmt::format("{} exists already", path.string()),
                         "name another file, or say --force to replace it"});
  const auto written = write_file_durably(path, scenario::starter_scenario(path.stem().string()));
  if (!written) return report_error(written.error());
  print_out("wrote {}\n", path.string());
  print_out("next    {0} validate {1}\n        {0} run {1}\n", shell_word(context.program),
            shell_word(path.string()));
  return 0;
}

}  // namespace

void add_init(CLI::App& app, Context& context) {
  CLI::App* command = add_command(app, "init", "Write a commented scenario to start from",
                                  "  votebench init my-first.yaml\n"
                                  "  votebench init my-first.yaml --force\n");
  struct Options {
    std::filesystem::path path = "votebench.yaml";
    bool force = false;
  };
  auto options = std::make_shared<Options>();
  command->add_option("FILE", options->path, "The file to write")->capture_default_str();
  command->add_flag("--force", options->force, "Replace a file that exists");
  command->callback([options, &context] {
    context.exit_status = write_starter(options->path, options->force, context);
  });
}

}  // namespace votebench::cli
