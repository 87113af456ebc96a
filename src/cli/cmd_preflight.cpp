#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/commands.h"
#include "core/ask.h"
#include "core/counted.h"
#include "core/print.h"
#include "report/style.h"
#include "run/check_target.h"

namespace votebench::cli {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kIndent = 12;

struct PreflightOptions {
  std::string target;
  std::vector<std::string> settings;
  bool yes = false;
};

// "  what      text", the text folded beside it.
void print_fact(std::string_view what, std::string_view text) {
  std::string_view first = what;
  for (const std::string& line : report::wrap(text, kColumns - kIndent))
    print_out("  {:<{}}{}\n", std::exchange(first, ""), kIndent - 2, line);
}

Result<> agreed(const PreflightOptions& options, const TargetSettings& target) {
  if (options.yes) return {};
  const std::string table =
      target.rows ? fmt::format("; their rows stay in table '{}'", target.rows->table) : "";
  print_err("this casts about two dozen probe votes at {}{}\n", target.vote.url(), table);
  switch (ask("go on?")) {
    case Consent::given:
      return {};
    case Consent::refused:
      return fail(ErrorKind::usage, "nothing was sent");
    case Consent::nobody_there:
      break;
  }
  return fail(ErrorKind::usage, "nobody is there to be asked: nothing was sent",
              "say --yes if that is meant");
}

Result<> check(const PreflightOptions& options, const Context& context) {
  TRY_ASSIGN(const scenario::Scenario scenario, run::scenario_of_check(options.settings));
  TRY_ASSIGN(TargetSettings target, read_target_file(options.target, scenario.voters.names()));
  TRY(agreed(options, target));
  TRY(print_fitness(std::move(target), options.settings, context));
  print_out("next    {}\n", first_run(context, options.target));
  return {};
}

}  // namespace

Result<> print_fitness(TargetSettings target, const std::vector<std::string>& settings,
                       const Context& context) {
  const auto say = [](std::string_view step) { print_err("{}\n", step); };
  TRY_ASSIGN(const run::TargetCheck found,
             run::check_target(std::move(target), settings, say, context.signals->first()));
  print_out("fit     {} followed to the table\n", counted(found.probe_votes, "probe vote"));
  for (const Ground& ground : found.grounds)
    print_fact(ground.what, fmt::format("{} ({})", ground.text, to_string(ground.kind)));
  for (const auto& [name, value] : found.facts)
    if (std::ranges::find(found.grounds, name, &Ground::what) == found.grounds.end())
      print_fact("", fmt::format("{}: {}", name, value));
  for (const std::string& warning : found.warnings) print_fact("warning", warning);
  return {};
}

void add_preflight(CLI::App& app, Context& context) {
  CLI::App* command = add_command(
      app, "preflight", "Say whether a target is fit for runs, by probe votes",
      "  votebench preflight --target artifacts/local/target.yaml --yes\n"
      "  votebench preflight --target artifacts/local/target.yaml --yes --set 'voters.choices={x: "
      "1}'\n");
  auto options = std::make_shared<PreflightOptions>();
  command->add_option("--target", options->target, "The running stack that FILE describes")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--set", options->settings,
                   "A value of a scenario, as in `run`: choices, probe votes")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_flag("--yes", options->yes, "Do not ask before votes are cast");
  command->callback(
      [options, &context] { context.exit_status = exit_status_of(check(*options, context)); });
}

}  // namespace votebench::cli
