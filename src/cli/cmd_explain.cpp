#include <fmt/ranges.h>

#include "cli/commands.h"
#include "core/print.h"
#include "report/meanings.h"

namespace votebench::cli {
namespace {

void print_index() {
  for (const report::Meaning& meaning : report::meanings())
    print_out("  {:<16}{}\n", meaning.name, meaning.summary());
}

Result<> explain(const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (report::find_meaning(name) == nullptr)
      return fail(ErrorKind::usage, fmt::format("there is no page '{}'", name),
                  "`votebench explain` lists what there is");
  if (names.empty()) print_index();
  for (std::size_t i = 0; i < names.size(); ++i)
    print_out("{}{}", i == 0 ? "" : "\n", report::find_meaning(names[i])->text);
  return {};
}

}  // namespace

void add_explain(CLI::App& app, Context& context) {
  CLI::App* command =
      add_command(app, "explain", "Say what a verdict means, and how to mend what it found",
                  "  votebench explain\n"
                  "  votebench explain lost-at-worker\n");
  auto names = std::make_shared<std::vector<std::string>>();
  command->add_option("NAME", *names, "What to explain; left out: what there is");
  command->callback([names, &context] { context.exit_status = exit_status_of(explain(*names)); });
}

}  // namespace votebench::cli
