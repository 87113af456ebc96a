#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/help.h"
#include "core/print.h"
#include "core/text.h"
#include "run/prepare_shards.h"
#include "scenario/parse.h"
#include "shards/ticket.h"

namespace votebench::cli {
namespace {

constexpr char kExample[] =
    "  votebench shards prepare quick --target artifacts/local/target.yaml --shards 2 "
    "--start-in 20s --dir D\n";

struct PrepareOptions {
  std::string scenario;
  std::string target;
  std::uint32_t shards = 2;
  std::string start_in = "90s";
  std::string directory;
  std::vector<std::string> overrides;
  std::optional<std::uint64_t> seed;
  std::string tag;
};

Result<TargetSettings> target_of(const PrepareOptions& options,
                                 const scenario::Scenario& scenario) {
  if (!options.target.empty()) return read_target_file(options.target, scenario.voters.names());
  if (scenario.target) return *scenario.target;
  return fail(ErrorKind::usage, "several processes need a target that is there already",
              "--target FILE; `votebench stack up` writes one");
}

Result<run::ShardsRequest> make_request(const PrepareOptions& options, Invocation typed) {
  run::ShardsRequest request;
  request.invocation = std::move(typed);
  TRY_ASSIGN(ScenarioText source, read_scenario_file(options.scenario));
  scenario::ParseOptions parsing = scenario::process_options();
  parsing.overrides = options.overrides;
  TRY_ASSIGN(request.scenario,
             scenario::parse_scenario(source.text, source.name, parsing).result());
  if (options.seed) request.scenario.seed = *options.seed;
  request.scenario_text = std::move(source.text);
  TRY_ASSIGN(request.target, target_of(options, request.scenario));
  const auto start_in = parse_duration(options.start_in);
  if (!start_in || *start_in <= Nanoseconds(0))
    return fail(ErrorKind::usage, fmt::format("--start-in {} is no time", options.start_in),
                "write it with a unit: 90s, 5m");
  request.start_in = *start_in;
  request.shards = options.shards;
  request.directory = options.directory;
  if (!options.tag.empty()) request.tags = {options.tag};
  return request;
}

void print_prepared(const run::PreparedShards& prepared, const PrepareOptions& options) {
  print_out("ticket   {}, run {}, {} shards\n",
            (std::filesystem::path(options.directory) / shards::kTicketFile).string(),
            prepared.run_id, options.shards);
  print_out("starts   {}Z, in {}\n", format_utc(prepared.start).substr(0, 19), options.start_in);
  print_out("observe  {}\n", prepared.observe);
  for (const auto& [engine, command] : prepared.engines)
    print_out("shards   {}   ({})\n", command, engine);
  print_out(
      "All of them need {}: where they are on several machines, on a file system\n"
      "that they share and that outlives them.\n",
      options.directory);
}

int prepare(const PrepareOptions& options, Invocation typed) {
  const Result<run::ShardsRequest> request = make_request(options, std::move(typed));
  if (!request) return report_error(request.error());
  const Result<run::PreparedShards> prepared = run::prepare_shards(*request);
  if (!prepared) return report_error(prepared.error());
  print_prepared(*prepared, options);
  return 0;
}

}  // namespace

void add_shards(CLI::App& app, Context& context) {
  CLI::App* command = add_command(app, "shards", "Send one run from several machines", kExample);
  command->require_subcommand(1);
  auto options = std::make_shared<PrepareOptions>();
  CLI::App* below = add_command(*command, "prepare",
                                "Write down what the shards of a run have in common", kExample);
  below->add_option("SCENARIO", options->scenario, "A YAML file, or a bundled one's name")
      ->type_name("FILE")
      ->required();
  below->add_option("--target", options->target, "The running stack that FILE describes")
      ->type_name("FILE");
  below->add_option("--shards", options->shards, "How many processes send")
      ->type_name("N")
      ->check(CLI::Range(1U, shards::kMostShards).description(""))
      ->capture_default_str();
  below
      ->add_option("--start-in", options->start_in,
                   "When the load begins: by then the observer and all shards have to be ready")
      ->type_name("TIME")
      ->capture_default_str();
  below->add_option("--dir", options->directory, "A new directory that all of them see")
      ->type_name("DIR")
      ->required();
  below->add_option("--set", options->overrides, "Replaces a value of the scenario")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  below->add_option("--seed", options->seed, "Replaces the scenario's seed")->type_name("N");
  below->add_option("--tag", options->tag, "A name for the run: `compare` selects @NAME")
      ->type_name("NAME");
  below->callback([options, below, &context] {
    context.exit_status = prepare(*options, invocation_of(context, *below, {}));
  });
}

}  // namespace votebench::cli
