#include "run/publish.h"

#include <fmt/format.h>
#include <unistd.h>

#include "report/render.h"
#include "run/display.h"

namespace votebench::run {

std::vector<std::string> known_subcommands() {
  return {"run", "report", "compare", "list", "validate", "schema", "init", "stack", "doctor"};
}

std::vector<std::string> report_files() { return {"summary.md", "result.json"}; }

void publish(const report::Report& report, const ledger::RunDirectory& directory) {
  const auto save = [&](std::string_view name, const std::string& content) {
    if (const auto saved = directory.save_text(name, content); !saved)
      fmt::print(stderr, "votebench: warning: {}\n", saved.error().message);
  };
  save("result.json", report::result_json(report));
  save("summary.md", report::summary_markdown(report));
  fmt::print("{}", report::summary_text(report, style_of(STDOUT_FILENO)));
  std::fflush(stdout);
}

}  // namespace votebench::run
