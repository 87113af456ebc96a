#include "run/publish.h"

#include <fmt/format.h>
#include <unistd.h>

#include "core/text.h"
#include "report/render.h"
#include "run/display.h"

namespace votebench::run {

std::vector<std::string> known_subcommands() {
  return {"run",   "verify",   "show",   "report", "compare", "list",
          "clean", "validate", "schema", "init",   "stack",   "doctor"};
}

std::vector<std::string> report_files() { return {"summary.md", "result.json"}; }

namespace {

void save(const ledger::RunDirectory& directory, std::string_view name,
          const std::string& content) {
  if (const auto saved = directory.save_text(name, content); !saved)
    fmt::print(stderr, "votebench: warning: {}\n", saved.error().message);
}

void print_summary(const report::Report& report) {
  fmt::print("{}", report::summary_text(report, style_of(STDOUT_FILENO)));
  std::fflush(stdout);
}

}  // namespace

void publish(const report::Report& report, const ledger::RunDirectory& directory) {
  save(directory, "result.json", report::result_json(report));
  save(directory, "summary.md", report::summary_markdown(report));
  print_summary(report);
}

VerificationFiles verification_files(WallTime at) {
  std::string stamp = format_utc(at).substr(0, 19) + "Z";
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
  return {"verify-" + stamp + ".md", "verify-" + stamp + ".json"};
}

void publish_verification(const report::Report& report, const ledger::RunDirectory& directory,
                          const VerificationFiles& files) {
  save(directory, files.result, report::result_json(report));
  save(directory, files.summary, report::summary_markdown(report));
  print_summary(report);
}

}  // namespace votebench::run
