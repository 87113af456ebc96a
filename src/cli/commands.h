// The subcommands, and what each of them gets. Each lives in a file of its own (cmd_<name>.cpp).
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "core/invocation.h"
#include "core/result.h"
#include "report/exit_code.h"
#include "run/display.h"
#include "run/publish.h"
#include "run/signals.h"
#include "vote/target_settings.h"

namespace votebench::cli {

struct Context {
  std::string program;          // as it was typed
  run::SignalWatcher* signals;  // never null
  int exit_status = 0;          // set by the subcommand that ran
};

void add_run(CLI::App& app, Context& context);
void add_shards(CLI::App& app, Context& context);
void add_observe(CLI::App& app, Context& context);
void add_merge(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);
void add_show(CLI::App& app, Context& context);
void add_explain(CLI::App& app, Context& context);
void add_report(CLI::App& app, Context& context);
void add_compare(CLI::App& app, Context& context);
void add_trend(CLI::App& app, Context& context);
void add_list(CLI::App& app, Context& context);
void add_clean(CLI::App& app, Context& context);
void add_prune(CLI::App& app, Context& context);
void add_validate(CLI::App& app, Context& context);
void add_preflight(CLI::App& app, Context& context);
void add_schema(CLI::App& app, Context& context);
void add_init(CLI::App& app, Context& context);
void add_attach(CLI::App& app, Context& context);
void add_stack(CLI::App& app, Context& context);
void add_doctor(CLI::App& app, Context& context);
void add_selftest(CLI::App& app, Context& context);
void add_completion(CLI::App& app, Context& context);
void add_man(CLI::App& app, Context& context);

// Prints the error on stderr and returns its exit status.
int report_error(const Error& error);
// The exit status of what prints nothing of its own but its error.
int exit_status_of(const Result<>& result);
int exit_status_of(const Result<report::ExitCode>& result);

// `command` as it was typed, with those of `options` that were given.
Invocation invocation_of(const Context& context, const CLI::App& command,
                         const std::vector<const CLI::Option*>& options);

// The command of a first run on a target: one that needs no other file.
std::string first_run(const Context& context, const std::filesystem::path& target);

// A subcommand whose help shows `examples` (one command per line) before its options.
CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& summary,
                      const std::string& examples);

// RUN and --reports, the same wherever stored runs are looked for. What the two hold is the
// default.
CLI::Option* add_run_argument(CLI::App& command, std::string& run);
template <typename Path>
CLI::Option* add_reports_option(CLI::App& command, Path& reports) {
  return command.add_option("--reports", reports, "Where runs are stored")
      ->type_name("DIR")
      ->capture_default_str();
}

// --explain, and what a command prints by it and by --json, which says the same and goes first.
CLI::Option* add_explain_option(CLI::App& command, bool& explain);
[[nodiscard]] run::Output output_of(bool json, bool explain);

// What `--target FILE` says, with its secrets from this process' environment and files. `choices`:
// what votes will say, where votes are sent. Error (usage): there is no such file, or it has
// mistakes.
[[nodiscard]] Result<TargetSettings> read_target_file(const std::string& path,
                                                      std::vector<std::string> choices = {});

CLI::Option* add_progress_option(CLI::App& command, run::ProgressMode& progress);

// A scenario's text and the name that messages call it by.
struct ScenarioText {
  std::string text;
  std::string name;
};
// A file, or a bundled scenario of that name. Error (usage): there is none.
[[nodiscard]] Result<ScenarioText> read_scenario_file(const std::string& given);

// Casts probe votes at the target and prints what they show of it; `settings`: KEY=VALUE as --set
// has them. Errors as of run::check_target().
[[nodiscard]] Result<> print_fitness(TargetSettings target,
                                     const std::vector<std::string>& settings,
                                     const Context& context);

}  // namespace votebench::cli
