#include <fmt/format.h>

#include <filesystem>

#include "cli/commands.h"
#include "core/output_file.h"
#include "core/print.h"
#include "scenario/quick.h"

namespace votebench::cli {
namespace {

int write_starter(const std::filesystem::path& path, bool force, const Context& context) {
  const bool is_file = output_kind(path) == OutputKind::file;
  std::error_code none;
  if (is_file && std::filesystem::exists(path, none) && !force)
    return report_error({ErrorKind::usage, fmt::format("{} exists already", path.string()),
                         "name another file, or say --force to replace it"});
  const std::string name = is_file ? path.stem().string() : "votebench";
  const auto written = write_output(path, scenario::starter_scenario(name));
  if (!written) return report_error(written.error());
  if (!is_file) return 0;
  print_out("wrote {}\n", path.string());
  print_out("next    {0} validate {1}\n        {0} run {1}\n", shell_word(context.program),
            shell_word(path.string()));
  return 0;
}

}  // namespace

void add_init(CLI::App& app, Context& context) {
  CLI::App* command = add_command(app, "init", "Write a commented scenario to start from",
                                  "  votebench init my-first.yaml\n"
                                  "  votebench init my-first.yaml --force\n"
                                  "  votebench init -\n");
  struct Options {
    std::filesystem::path path = "votebench.yaml";
    bool force = false;
  };
  auto options = std::make_shared<Options>();
  command->add_option("FILE", options->path, "The file to write; - is standard output")
      ->capture_default_str();
  command->add_flag("--force", options->force, "Replace a file that exists");
  command->callback([options, &context] {
    context.exit_status = write_starter(options->path, options->force, context);
  });
}

}  // namespace votebench::cli
