#include "cli/commands.h"
#include "core/print.h"
#include "report/write/render.h"
#include "scenario/schema.h"

namespace votebench::cli {

void add_schema(CLI::App& app, Context&) {
  CLI::App* command =
      add_command(app, "schema", "Print the JSON Schema of scenarios, targets or results",
                  "  votebench schema\n"
                  "  votebench schema --target\n"
                  "  votebench schema --result\n"
                  "  votebench schema --markdown\n");
  struct Options {
    bool target = false;
    bool result = false;
    bool markdown = false;
  };
  auto options = std::make_shared<Options>();
  auto* target = command->add_flag("--target", options->target, "Of target files instead");
  auto* result = command->add_flag("--result", options->result, "Of result.json instead");
  result->excludes(target);
  command->add_flag("--markdown", options->markdown, "The table of keys, for people")
      ->excludes(target)
      ->excludes(result);
  command->callback([options] {
    write_out(options->markdown ? scenario::key_documentation()
              : options->result ? std::string(report::result_schema())
              : options->target ? scenario::target_json_schema()
                                : scenario::json_schema());
  });
}

}  // namespace votebench::cli
