#include "cli/commands.h"
#include "run/show.h"

namespace votebench::cli {

void add_show(CLI::App& app, Context& context) {
  CLI::App* command = add_command(app, "show", "Show the trail of one vote, from plan to table",
                                  "  votebench show 0\n"
                                  "  votebench show @latest 17\n");
  struct Options {
    std::vector<std::string> words;
    std::string reports = "reports";
  };
  auto options = std::make_shared<Options>();
  command
      ->add_option("VOTE", options->words,
                   "[RUN] VOTE: a voter id, the beginning of one, or an attempt's number")
      ->required()
      ->expected(1, 2);
  add_reports_option(*command, options->reports);
  command->callback([options, &context] {
    const std::string run = options->words.size() > 1 ? options->words.front() : "@latest";
    context.exit_status =
        exit_status_of(run::show_vote(options->reports, run, options->words.back()));
  });
}

}  // namespace votebench::cli
