#include "cli/commands.h"
#include "core/print.h"
#include "report/write/render.h"
#include "run/display.h"
#include "run/trend_runs.h"

namespace votebench::cli {
namespace {

struct TrendOptions {
  std::string reports = "reports";
  std::string scenario;
  std::size_t last = 0;  // 0: all
  std::string output;
  bool json = false;
};

int print_trend(const TrendOptions& options, const Invocation& typed) {
  run::WantedTrend wanted{options.reports, options.scenario, {}};
  if (options.last > 0) wanted.last = options.last;
  const Result<report::Trend> trend = run::trend_of_runs(wanted, typed);
  if (!trend) return report_error(trend.error());
  if (!options.output.empty())
    if (const auto saved = run::save_trend(*trend, options.output); !saved)
      return report_error(saved.error());
  write_out(options.json ? report::trend_json(*trend)
                         : report::trend_text(*trend, run::style_of(STDOUT_FILENO)));
  return static_cast<int>(trend->exit);
}

}  // namespace

void add_trend(CLI::App& app, Context& context) {
  CLI::App* command = add_command(
      app, "trend", "Since when is a scenario slower? Its stored runs over many nights",
      "  votebench trend\n"
      "  votebench trend quick --last 40\n"
      "  votebench trend --json --output trend\n"
      "\n"
      "One line per metric: its median, its nights as a sparkline, and since when it is\n"
      "another one. Runs of one --tag that began within 12 hours are one night, a run\n"
      "without a tag is a night of its own; 4 nights are needed. Nights with proven\n"
      "defects are named. It informs: the exit status is 0 also after a change, and 3\n"
      "with too few nights.\n");
  auto options = std::make_shared<TrendOptions>();
  command->add_option("SCENARIO", options->scenario,
                      "Of this scenario (default: the newest run's)");
  command->add_option("--last", options->last, "No more than the newest N nights")
      ->check(CLI::Range(1, 1000000).description(""));
  const CLI::Option* reports = add_reports_option(*command, options->reports);
  command
      ->add_option("--output", options->output,
                   "Also write trend.{html,md,json} into this directory")
      ->type_name("DIR");
  command->add_flag("--json", options->json, "Print JSON instead of text");
  command->callback([=, &context] {
    context.exit_status = print_trend(*options, invocation_of(context, *command, {reports}));
  });
}

}  // namespace votebench::cli
