#include <fmt/format.h>

#include <utility>

#include "cli/commands.h"
#include "cli/help.h"
#include "cli/kind_options.h"
#include "cli/shard_run.h"
#include "core/print.h"
#include "ledger/run_list.h"
#include "run/series.h"
#include "scenario/parse.h"
#include "scenario/quick.h"
#include "scenario/write.h"

namespace votebench::cli {
namespace {

struct RunOptions {
  const CLI::App* command = nullptr;
  std::shared_ptr<KindOptions> kinds = std::make_shared<KindOptions>();
  std::vector<const CLI::Option*> repeated;  // by a command that is to do the same again
  std::vector<std::string> scenarios;        // as given: one, or two with --interleave
  std::vector<std::string> targets;
  std::string scenario;  // of one kind of run
  scenario::QuickRun quick;
  std::vector<std::string> overrides;
  std::string stack;
  std::string as;
  std::string target;
  std::optional<std::uint64_t> seed;
  std::string tag;
  std::optional<std::uint32_t> repeat;
  std::optional<std::uint32_t> interleave;
  std::string baseline;
  std::string reports;
  std::filesystem::path artifacts = "artifacts";
  run::ProgressMode progress = run::ProgressMode::automatic;
  bool allow_events = false;
  std::string metrics_listen;
  bool keep = false;
  bool yes = false;
  bool print_scenario = false;
  bool json = false;
  bool explain = false;
  ShardOptions shard;
};

Failure usage(std::string message, std::string help = {}) {
  return fail(ErrorKind::usage, std::move(message), std::move(help));
}

Result<ScenarioText> read_source(const RunOptions& options) {
  if (options.scenario.empty() && options.quick.empty())
    return usage("nothing to run",
                 "name a scenario (votebench run quick) or say how many votes "
                 "(votebench run --votes 1000 --clients 40)");
  if (!options.scenario.empty() && !options.quick.empty())
    return usage("a scenario file and --votes/--clients/--rate/--duration exclude each other",
                 "change the file's values with --set, e.g. --set workloads.NAME.rate=50/s");
  if (options.scenario.empty()) {
    TRY_ASSIGN(std::string text, scenario::quick_yaml(options.quick));
    return ScenarioText{std::move(text), "(command line)"};
  }
  return read_scenario_file(options.scenario);
}

Result<> choose_stack(const RunOptions& options, const scenario::StackChoice& choice,
                      run::RunRequest& request) {
  const std::string& name = options.stack.empty() ? choice.name : options.stack;
  TRY_ASSIGN(const stack::Kind* kind, stack::find_kind(name));
  stack::Wanted wanted{.id = {options.artifacts, options.as.empty() ? name : options.as},
                       .options = {},
                       .for_run = true};
  TRY_ASSIGN(wanted.options, options.kinds->values(*kind, choice));
  request.destination = run::WantedStack{kind, std::move(wanted)};
  return {};
}

// Where the votes go: the command line, then the scenario, then the local stack.
Result<> choose_target(const RunOptions& options, run::RunRequest& request) {
  const bool wants_stack = !options.stack.empty() || options.kinds->any();
  if (!options.target.empty() && wants_stack)
    return usage("--target and --stack, --variant, --workers or --vars exclude each other",
                 "a target is already there, a stack is stood up by votebench");
  if (!options.target.empty()) {
    TRY_ASSIGN(TargetSettings settings,
               read_target_file(options.target, request.scenario.voters.names()));
    request.destination = run::GivenTarget{std::move(settings), options.target};
    return {};
  }
  if (request.scenario.target && !wants_stack) {
    request.destination = run::GivenTarget{*request.scenario.target, {}};
    return {};
  }
  return choose_stack(options, request.scenario.stack.value_or(scenario::StackChoice{}), request);
}

bool runs_a_command(const scenario::ScheduledEvent& event) {
  return !event.action.run.empty() || (event.undo && !event.undo->action.run.empty());
}

bool commits_a_fault(const scenario::ScheduledEvent& event) {
  return event.action.is_fault() || (event.undo && event.undo->action.is_fault());
}

// What the events need and only the command line can tell.
Result<> check_events(const RunOptions& options, const run::RunRequest& request) {
  for (const scenario::ScheduledEvent& event : request.scenario.events) {
    if (runs_a_command(event) && !options.allow_events)
      return usage(fmt::format("the event '{}' runs a program of yours", event.name),
                   "allow it with --allow-events");
    if (commits_a_fault(event) && std::holds_alternative<run::GivenTarget>(request.destination))
      return usage(fmt::format("the event '{}' needs a stack that votebench made", event.name),
                   "leave --target out, or name a stack that is up with --stack local --as NAME");
  }
  return {};
}

// With the one scenario and the one target of this kind of run.
Invocation invocation_of_kind(const RunOptions& options, const Context& context) {
  Invocation typed = invocation_of(context, *options.command, options.repeated);
  if (!options.scenario.empty()) typed.replace("", options.scenario);
  if (!options.target.empty()) typed.replace("--target", options.target);
  return typed;
}

Result<run::RunRequest> make_request(const RunOptions& options, const Context& context) {
  TRY_ASSIGN(ScenarioText source, read_source(options));
  scenario::ParseOptions parsing = scenario::process_options();
  parsing.overrides = options.overrides;
  if (options.target.empty()) parsing.check_fault = check_faults_of(options.stack);
  run::RunRequest request;
  TRY_ASSIGN(request.scenario,
             scenario::parse_scenario(source.text, source.name, parsing).result());
  request.scenario_text = std::move(source.text);
  if (options.seed) request.scenario.seed = *options.seed;
  if (!options.reports.empty()) request.scenario.report.directory = options.reports;
  TRY(choose_target(options, request));
  TRY(check_events(options, request));
  request.keep_stack = options.keep;
  request.assume_yes = options.yes;
  request.metrics_listen = options.metrics_listen;
  request.output = output_of(options.json, options.explain);
  request.invocation = invocation_of_kind(options, context);
  return request;
}

// Two scenarios, two targets, or two of both make two kinds of runs; they take turns.
Result<std::vector<RunOptions>> kinds_of(const RunOptions& options) {
  const std::size_t count = std::max(options.scenarios.size(), options.targets.size());
  if (count > 2) return usage("at most two scenarios or targets can be run in turn");
  if (count == 2 && !options.interleave)
    return usage("two scenarios or targets are run in turn",
                 "say how often: --interleave 5; or run one of them");
  if (count < 2 && options.interleave)
    return usage("--interleave needs two scenarios, or --target twice",
                 "--repeat runs one of them several times");
  std::vector<RunOptions> kinds(std::max<std::size_t>(count, 1), options);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const auto of_kind = [i](const std::vector<std::string>& given) {
      return given.empty() ? std::string() : given[std::min(i, given.size() - 1)];
    };
    kinds[i].scenario = of_kind(options.scenarios);
    kinds[i].target = of_kind(options.targets);
  }
  return kinds;
}

Result<> check_series(const RunOptions& options) {
  if (!options.tag.empty()) TRY(ledger::check_tag(options.tag));
  if (options.repeat && options.interleave)
    return usage("--repeat and --interleave exclude each other",
                 "--interleave N runs each of two kinds N times");
  if (options.interleave && !options.baseline.empty())
    return usage("--interleave and --baseline exclude each other",
                 "runs in turn are compared with each other");
  return {};
}

// Before anything is sent: a baseline that is not there is a mistake of the command line.
Result<run::Series> make_series(const RunOptions& options, const Context& context) {
  TRY(check_series(options));
  TRY_ASSIGN(const std::vector<RunOptions> kinds, kinds_of(options));
  run::Series series;
  series.tag = options.tag;
  series.times = options.repeat.value_or(options.interleave.value_or(1));
  for (const RunOptions& kind : kinds) {
    TRY_ASSIGN(run::RunRequest request, make_request(kind, context));
    series.kinds.push_back(std::move(request));
  }
  if (!options.baseline.empty()) {
    TRY_ASSIGN(series.baseline,
               run::select(series.kinds.front().scenario.report.directory, options.baseline));
  }
  return series;
}

int print_scenario(const run::RunRequest& request) {
  const bool from_file = !request.scenario.source.starts_with('(');
  write_out(from_file ? scenario::to_yaml(request.scenario) : request.scenario_text);
  return 0;
}

int run_scenario(const RunOptions& options, const Context& context) {
  if (!options.shard.ticket.empty())
    return run_as_shard(options.shard, options.progress, *options.command, context);
  Result<run::Series> series = make_series(options, context);
  if (!series) return report_error(series.error());
  if (options.print_scenario) return print_scenario(series->kinds.front());
  run::Display display(options.progress);
  const run::SeriesOutcome outcome =
      run::execute_series(std::move(*series), display, *context.signals);
  display.clear();
  if (outcome.error) report_error(*outcome.error);
  return static_cast<int>(outcome.exit);
}

void add_load_options(CLI::App& command, RunOptions& options) {
  command.option_defaults()->group("What is sent");
  command
      .add_option("SCENARIO", options.scenarios,
                  "A YAML file that says what to do, or a bundled one's name")
      ->type_name("FILE");
  command.add_option("--votes", options.quick.votes, "Without a file: this many votes")
      ->type_name("N");
  command.add_option("--clients", options.quick.clients, "... by this many clients in parallel")
      ->type_name("N");
  command.add_option("--rate", options.quick.rate, "... or at this rate (50/s)");
  command.add_option("--duration", options.quick.duration, "... for this long (20s)")
      ->type_name("TIME");
  command.add_option("--set", options.overrides, "Replaces a value of the scenario")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("--seed", options.seed, "Replaces the scenario's seed");
}

void add_target_options(CLI::App& command, RunOptions& options) {
  command.option_defaults()->group("Where to");
  command.add_option("--target", options.targets, "Use the running stack that FILE describes")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_option("--stack", options.stack, "Stand this up for the run: " + stack::kind_names())
      ->type_name("KIND")
      ->default_str(std::string(stack::kinds().front()->name));
  command.add_option("--as", options.as, "The stack's name, to have several side by side")
      ->type_name("NAME");
  options.kinds->add_to(command, OptionPart::run);
  command.add_flag("--keep", options.keep, "Leave the stack up after the run");
  command.add_flag("--allow-events", options.allow_events,
                   "Let the scenario's events run programs");
  command.add_option("--artifacts", options.artifacts, "Where stacks keep their files")
      ->type_name("DIR")
      ->capture_default_str();
}

// Asked for anew each time: nothing suggests it.
void add_consent(CLI::App& command, RunOptions& options) {
  command.option_defaults()->group("Consent");
  command.add_flag("--yes", options.yes,
                   "Do not ask before rows are left in a remote database, or "
                   "something is made that costs money");
  options.kinds->add_to(command, OptionPart::consent);
}

void add_series_options(CLI::App& command, RunOptions& options) {
  command.option_defaults()->group("Several runs");
  command.add_option("--tag", options.tag, "A name for the run or runs: `compare` selects @NAME")
      ->type_name("NAME");
  command
      .add_option("--repeat", options.repeat,
                  "Run it this often; a stack of ours is emptied between")
      ->check(CLI::Range(1, 1000).description(""));
  command
      .add_option("--interleave", options.interleave,
                  "Two scenarios or targets in turn, each this often")
      ->check(CLI::Range(1, 1000).description(""));
  command
      .add_option("--baseline", options.baseline,
                  "Compare with these runs afterwards (as in `compare`)")
      ->type_name("RUNS");
}

void add_output_options(CLI::App& command, RunOptions& options) {
  command.option_defaults()->group("What is shown and kept");
  options.repeated.push_back(
      command.add_option("--reports", options.reports, "Where runs are stored (default: reports)")
          ->type_name("DIR"));
  command
      .add_option("--metrics-listen", options.metrics_listen,
                  "Serves Prometheus metrics at ADDRESS:PORT while the run lasts")
      ->type_name("ADDRESS");
  add_progress_option(command, options.progress);
  command.add_flag("--json", options.json,
                   "Print result.json instead of the summary; of several runs one document");
  add_explain_option(command, options.explain);
  command.add_flag("--print-scenario", options.print_scenario,
                   "Print the scenario that this command means, send nothing");
}

}  // namespace

void add_run(CLI::App& app, Context& context) {
  CLI::App* command =
      add_command(app, "run", "Send votes, then account for every one of them",
                  "  votebench run quick\n"
                  "  votebench run --votes 1000 --clients 40\n"
                  "  votebench run --rate 50/s --duration 5s --metrics-listen 127.0.0.1:0\n"
                  "  votebench run --votes 100 --variant dockersamples\n"
                  "  votebench run --votes 1000 --clients 40 --print-scenario\n"
                  "  votebench run --votes 50 --repeat 2 --tag before\n"
                  "  votebench run --votes 50 --baseline @before\n");
  auto options = std::make_shared<RunOptions>();
  options->command = command;
  add_load_options(*command, *options);
  add_target_options(*command, *options);
  options->repeated = std::as_const(*command).get_options();
  add_consent(*command, *options);
  add_shard_options(*command, options->shard);
  add_series_options(*command, *options);
  add_output_options(*command, *options);
  command->footer(exit_statuses());
  command->callback([options, &context] { context.exit_status = run_scenario(*options, context); });
}

}  // namespace votebench::cli
