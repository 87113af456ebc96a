#include "run/publish.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "core/os.h"
#include "core/print.h"
#include "core/text.h"
#include "ledger/prune.h"
#include "report/write/render.h"
#include "run/display.h"

namespace votebench::run {
namespace {

void warn(const Error& error) { print_err("votebench: warning: {}\n", error.message); }

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::vector<std::string> report_files(const scenario::ReportSettings& settings) {
  const auto wanted = [&](std::string_view format) {
    return settings.formats.empty() || format.empty() ||
           std::ranges::find(settings.formats, format) != settings.formats.end();
  };
  std::vector<std::string> names;
  for (const report::ReportFile& file : report::report_files())
    if (wanted(file.format)) names.emplace_back(file.name);
  return names;
}

void publish(const report::Report& report, const ledger::RunDirectory& directory, Output output) {
  const auto wanted = [&](std::string_view name) {
    return std::ranges::find(report.shown.files, name) != report.shown.files.end();
  };
  const auto save = [&](std::string_view name, const std::string& content) {
    if (const Result<> saved = directory.save_text(name, content); !saved) warn(saved.error());
  };
  for (const report::ReportFile& file : report::report_files())
    if (wanted(file.name)) save(file.name, file.render(report));
  if (output == Output::nothing) return;
  write_out(output == Output::json ? report::result_json(report)
                                   : report::summary_text(report, style_of(STDOUT_FILENO)));
}

VerificationFiles verification_files(const ledger::RunDirectory& directory, WallTime at) {
  std::string stamp = format_utc(at).substr(0, 19) + "Z";
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
  const auto taken = [&](const std::string& name) {
    std::error_code none;
    return std::filesystem::exists(directory.path() / name, none);
  };
  std::string name = "verify-" + stamp;
  for (int nth = 2; taken(name + ".md") || taken(name + ".json"); ++nth)
    name = fmt::format("verify-{}-{}", stamp, nth);
  return {name + ".md", name + ".json"};
}

void publish_verification(const report::Report& report, const ledger::RunDirectory& directory,
                          const VerificationFiles& files) {
  const auto save_as = [&](const std::string& name, const std::string& content) {
    if (const Result<> saved = directory.save_text(name, content); !saved) warn(saved.error());
  };
  save_as(files.result, report::result_json(report));
  save_as(files.summary, report::summary_markdown(report));
  write_out(report::summary_text(report, style_of(STDOUT_FILENO)));
}

void announce(const report::Report& report, const ledger::RunDirectory& directory) {
  const auto append = [](const std::filesystem::path& file, const std::string& text) {
    if (const Result<> appended = append_to_file(file, text); !appended) warn(appended.error());
  };
  append(directory.path().parent_path().parent_path() / "index.ndjson", report::index_line(report));
  if (environment("GITHUB_ACTIONS") != "true") return;
  write_err(report::github_annotations(report));
  if (const std::string summary = environment("GITHUB_STEP_SUMMARY"); !summary.empty())
    append(summary, report::summary_markdown(report));
}

void prune_older(const scenario::Scenario& scenario, const ledger::RunDirectory& directory) {
  const scenario::ReportSettings& settings = scenario.report;
  if (!settings.keep_runs) return;
  const std::filesystem::path reports = directory.path().parent_path().parent_path();
  std::vector<ledger::RunSummary> runs = ledger::list_runs(reports);
  std::erase_if(runs, [&](const ledger::RunSummary& run) { return run.scenario != scenario.name; });
  ledger::KeepRule rule{*settings.keep_runs, std::nullopt};
  if (settings.keep_failed > 0) rule.failed = settings.keep_failed;
  for (const ledger::RunSummary& run : ledger::surplus_runs(runs, rule)) {
    const Result<> removed = ledger::remove_run(reports, run);
    if (!removed) warn(removed.error());
    if (removed) print_err("removed the old run {} (report.keep)\n", run.run_id);
  }
}

}  // namespace votebench::run
