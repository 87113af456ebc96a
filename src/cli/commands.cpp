#include "cli/commands.h"

#include <fmt/format.h>

#include <map>

#include "core/os.h"
#include "core/print.h"
#include "scenario/bundled.h"
#include "scenario/parse.h"

namespace votebench::cli {

int report_error(const Error& error) {
  print_err("votebench: error: {}\n", error.message);
  if (!error.help.empty()) print_err("  help: {}\n", error.help);
  return static_cast<int>(report::exit_code_of(error.kind));
}

int exit_status_of(const Result<>& result) { return result ? 0 : report_error(result.error()); }

int exit_status_of(const Result<report::ExitCode>& result) {
  return result ? static_cast<int>(*result) : report_error(result.error());
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

CLI::Option* add_explain_option(CLI::App& command, bool& explain) {
  return command.add_flag("--explain", explain,
                          "Say at length what the verdict stands on, and why each part matters");
}

run::Output output_of(bool json, bool explain) {
  return json ? run::Output::json : explain ? run::Output::explained : run::Output::summary;
}

CLI::Option* add_run_argument(CLI::App& command, std::string& run) {
  return command.add_option("RUN", run, "A run's path or id, a scenario's name, @latest, @prev")
      ->capture_default_str();
}

Result<TargetSettings> read_target_file(const std::string& path, std::vector<std::string> choices) {
  Result<std::string> text = read_file(path);
  if (!text)
    return fail(ErrorKind::usage, text.error().message,
                "`votebench stack up local` writes artifacts/local/target.yaml");
  scenario::ParseOptions options = scenario::process_options();
  options.choices = std::move(choices);
  return scenario::parse_target(*text, path, options).result();
}

CLI::Option* add_progress_option(CLI::App& command, run::ProgressMode& progress) {
  static const std::map<std::string, run::ProgressMode> kModes{
      {"auto", run::ProgressMode::automatic},
      {"live", run::ProgressMode::live},
      {"plain", run::ProgressMode::plain},
      {"none", run::ProgressMode::none}};
  return command.add_option("--progress", progress, "auto, live, plain or none")
      ->type_name("MODE")
      ->transform(CLI::CheckedTransformer(kModes).description(""));
}

Result<ScenarioText> read_scenario_file(const std::string& given) {
  const scenario::NamedFile named = scenario::find_scenario(given);
  Result<std::string> text = read_file(named.path);
  if (!text)
    return fail(ErrorKind::usage, text.error().message,
                fmt::format("the bundled ones are {}", scenario::bundled_names()));
  if (!named.remark.empty()) print_err("{}\n", named.remark);
  return ScenarioText{std::move(*text), named.path.string()};
}

}  // namespace votebench::cli
