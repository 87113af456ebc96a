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
  command->add_option("--reports", options->reports, "Where runs are stored")
      ->capture_default_str();
  command->callback([options, &context] {
    const std::string run = options->words.size() > 1 ? options->words.front() : "@latest";
    const auto shown = run::show_vote(options->reports, run, options->words.back());
    context.exit_status = shown ? 0 : report_error(shown.error());
  });
}

}  // namespace votebench::cli
