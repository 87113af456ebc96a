#include "cli/commands.h"
#include "cli/help.h"
#include "run/observe.h"

namespace votebench::cli {

void add_merge(CLI::App& app, Context& context) {
  CLI::App* command =
      add_command(app, "merge", "Judge again what the shards of a run left in its directory",
                  "  votebench merge D\n");
  struct MergeOptions {
    run::MergeRequest request;
    bool json = false;
    bool explain = false;
  };
  auto options = std::make_shared<MergeOptions>();
  command->add_option("DIR", options->request.directory, "The directory that `shards prepare` made")
      ->type_name("DIR")
      ->required();
  command->add_flag("--json", options->json, "Print result.json instead of the summary");
  add_explain_option(*command, options->explain);
  command->footer(exit_statuses());
  command->callback([=, &context] {
    options->request.invocation = invocation_of(context, *command, {});
    options->request.output = output_of(options->json, options->explain);
    context.exit_status = exit_status_of(run::merge_again(options->request));
  });
}

}  // namespace votebench::cli
