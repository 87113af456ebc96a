#include <cstdlib>
#include <string_view>

#include "cli/commands.h"
#include "cli/kind_options.h"
#include "core/os.h"
#include "core/print.h"
#include "plan/plan.h"
#include "report/exit_code.h"
#include "scenario/bundled.h"
#include "scenario/parse.h"

namespace votebench::cli {
namespace {

bool is_github_job() {
  const char* said = std::getenv("GITHUB_ACTIONS");  // NOLINT(concurrency-mt-unsafe): no thread yet
  return said != nullptr && std::string_view(said) == "true";
}

// In a job of GitHub Actions the lines are marked in what it shows of the change, too.
int refuse(const scenario::Diagnostics& diagnostics) {
  write_err(diagnostics.render());
  if (is_github_job()) write_out(diagnostics.annotations());
  return static_cast<int>(report::ExitCode::usage);
}

int validate_target(const std::string& text, const std::string& path,
                    const scenario::ParseOptions& options) {
  const scenario::TargetOutcome outcome = scenario::parse_target(text, path, options);
  if (!outcome) return refuse(outcome.diagnostics);
  print_out("{} is a valid target\n", path);
  return 0;
}

int validate(const std::string& given, const std::vector<std::string>& overrides) {
  const scenario::NamedFile named = scenario::find_scenario(given);
  const std::string path = named.path.string();
  const Result<std::string> text = read_file(path);
  if (!text) return report_error({ErrorKind::usage, text.error().message, {}});
  scenario::ParseOptions options = scenario::process_options();
  options.overrides = overrides;
  options.check_fault = check_faults_of({});
  if (scenario::is_target(*text)) return validate_target(*text, path, options);
  const scenario::ParseOutcome outcome = scenario::parse_scenario(*text, path, options);
  if (!outcome) return refuse(outcome.diagnostics);
  const Result<plan::RunPlan> plan = plan::RunPlan::make(*outcome.value);
  if (!plan) return report_error(plan.error());
  print_out("{} is valid\n", path);
  for (const plan::WorkloadPlan& workload : plan->workloads())
    print_out("  {}\n", workload.summary());
  return 0;
}

}  // namespace

void add_validate(CLI::App& app, Context& context) {
  CLI::App* command =
      add_command(app, "validate", "Check a scenario or a target file, send nothing",
                  "  votebench validate quick\n"
                  "  votebench validate artifacts/local/target.yaml\n"
                  "  votebench validate steady --set workloads.votes.rate=200/s\n");
  struct Options {
    std::string path;
    std::vector<std::string> overrides;
  };
  auto options = std::make_shared<Options>();
  command->add_option("FILE", options->path, "The YAML file, or a bundled scenario's name")
      ->required();
  command->add_option("--set", options->overrides, "Replaces a value of the file")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->callback(
      [options, &context] { context.exit_status = validate(options->path, options->overrides); });
}

}  // namespace votebench::cli
