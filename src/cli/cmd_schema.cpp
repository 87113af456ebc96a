#include <fmt/format.h>

#include "cli/commands.h"
#include "scenario/schema.h"

namespace votebench::cli {

void add_schema(CLI::App& app, Context&) {
  CLI::App* command = add_command(app, "schema", "Print the JSON Schema of scenarios, for editors",
                                  "  votebench schema\n"
                                  "  votebench schema --target\n"
                                  "  votebench schema --markdown\n");
  struct Options {
    bool target = false;
    bool markdown = false;
  };
  auto options = std::make_shared<Options>();
  auto* target = command->add_flag("--target", options->target, "Of target files instead");
  command->add_flag("--markdown", options->markdown, "The table of keys, for people")
      ->excludes(target);
  command->callback([options] {
    fmt::print("{}", options->markdown ? scenario::key_documentation()
                     : options->target ? scenario::target_json_schema()
                                       : scenario::json_schema());
  });
}

}  // namespace votebench::cli
