#include "run/replay.h"

#include <fmt/format.h>

#include "run/judge_run.h"
#include "run/publish.h"
#include "run/stored_scenario.h"

namespace votebench::run {
namespace {

Result<ledger::Evidence> stored_evidence(const ledger::RunDirectory& directory) {
  TRY_ASSIGN(std::optional<ledger::Evidence> evidence, directory.evidence());
  if (!evidence)
    return fail(ErrorKind::environment,
                fmt::format("{} ended before its evidence was gathered", directory.path().string()),
                "its votes are in the ledger, but nothing was read of queue and table");
  return std::move(*evidence);
}

// Why nothing was sent, where that is so: result.json is made from the run, not read.
std::optional<Error> unfit_target(const ledger::Evidence& evidence) {
  if (evidence.facts.unfit.empty()) return std::nullopt;
  return Error{ErrorKind::environment, evidence.facts.unfit, evidence.facts.unfit_help};
}

}  // namespace

Result<report::ExitCode> report_again(const std::filesystem::path& reports,
                                      const std::string& selector, const std::string& program) {
  TRY_ASSIGN(const ledger::RunDirectory directory, ledger::RunDirectory::open(reports, selector));
  TRY_ASSIGN(const ledger::Evidence evidence, stored_evidence(directory));
  TRY_ASSIGN(const scenario::Scenario scenario, stored_scenario(directory));
  TRY_ASSIGN(const plan::RunPlan plan, plan::RunPlan::make(scenario));
  TRY_ASSIGN(const std::unique_ptr<ledger::AttemptStore> attempts, directory.open_attempts());
  TRY_ASSIGN(const std::vector<Sample> samples, directory.samples());
  TRY_ASSIGN(const std::vector<RunEvent> events, directory.events());
  const RecordedRun recorded{.scenario = scenario,
                             .plan = plan,
                             .directory = directory,
                             .attempts = *attempts,
                             .evidence = evidence,
                             .samples = samples,
                             .events = events,
                             .unfit = unfit_target(evidence),
                             .program = program};
  const report::Report report = describe_run(recorded, judge_run(recorded));
  publish(report, directory);
  return report.exit;
}

}  // namespace votebench::run
