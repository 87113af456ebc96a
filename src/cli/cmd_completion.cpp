#include "cli/commands.h"
#include "core/print.h"
#include "help/completion.h"
#include "help/man_page.h"
#include "scenario/schema.h"

namespace votebench::cli {

void add_completion(CLI::App& app, Context&) {
  CLI::App* command =
      add_command(app, "completion", "Print what a shell needs to complete commands",
                  "  votebench completion bash\n"
                  "  votebench completion zsh\n");
  auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash or zsh")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}).description(""));
  command->callback([shell, &app] {
    write_out(*shell == "zsh" ? help::zsh_completion(app) : help::bash_completion(app));
  });
}

void add_man(CLI::App& app, Context&) {
  CLI::App* command = add_command(app, "man", "Print a page for `man -l -`",
                                  "  votebench man\n"
                                  "  votebench man scenario\n");
  command->group("");  // for the build, which installs the pages
  auto page = std::make_shared<std::string>();
  command->add_option("PAGE", *page, "scenario: the keys of scenarios and targets")
      ->check(CLI::IsMember({"scenario"}).description(""));
  command->callback([page, &app] {
    write_out(page->empty()
                  ? help::man_page(app)
                  : help::man_page_of(scenario::key_documentation(), app.get_name() + "-" + *page));
  });
}

}  // namespace votebench::cli
