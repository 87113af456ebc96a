#include "cli/commands.h"
#include "cli/help.h"
#include "core/print.h"
#include "report/write/render.h"
#include "run/compare_runs.h"
#include "run/display.h"

namespace votebench::cli {
namespace {

struct Options {
  std::string a = "@prev";
  std::string b = "@latest";
  std::string reports = "reports";
  std::string output;
  bool json = false;
};

Result<report::Comparison> compare(const Options& options, const Invocation& typed) {
  TRY_ASSIGN(const run::SelectedRuns a, run::select(options.reports, options.a));
  TRY_ASSIGN(const run::SelectedRuns b, run::select(options.reports, options.b));
  return run::compare_runs(a, b, typed);
}

int print(const Options& options, const Invocation& typed) {
  const Result<report::Comparison> comparison = compare(options, typed);
  if (!comparison) return report_error(comparison.error());
  if (!options.output.empty())
    if (const auto saved = run::save_comparison(*comparison, options.output); !saved)
      return report_error(saved.error());
  write_out(options.json ? report::comparison_json(*comparison)
                         : report::comparison_text(*comparison, run::style_of(STDOUT_FILENO)));
  return static_cast<int>(comparison->exit);
}

}  // namespace

void add_compare(CLI::App& app, Context& context) {
  CLI::App* command = add_command(
      app, "compare", "Is one group of runs worse than another?",
      "  votebench compare\n"
      "  votebench compare @before @latest\n"
      "  votebench compare @before @latest --json --output comparison\n"
      "\n"
      "A and B name runs: a path, a run id or its first digits, a scenario (its latest\n"
      "run), a pattern ('quick/*'), @latest, @prev, @last:N, @TAG (`run --tag TAG`), or\n"
      "several of them with commas between. Correctness is compared exactly; a verdict\n"
      "on performance needs 5 runs a side (`run --repeat 5 --tag TAG`).\n");
  auto options = std::make_shared<Options>();
  command->add_option("A", options->a, "The baseline")->capture_default_str();
  command->add_option("B", options->b, "What is compared with it")->capture_default_str();
  const CLI::Option* reports = add_reports_option(*command, options->reports);
  command
      ->add_option("--output", options->output,
                   "Also write comparison.{html,md,json} into this directory")
      ->type_name("DIR");
  command->add_flag("--json", options->json, "Print JSON instead of text");
  command->footer(exit_statuses());
  command->callback([=, &context] {
    context.exit_status = print(*options, invocation_of(context, *command, {reports}));
  });
}

}  // namespace votebench::cli
