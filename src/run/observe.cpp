#include "run/observe.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/files.h"
#include "run/await_shards.h"
#include "run/execute.h"
#include "run/judge_run.h"
#include "run/publish.h"
#include "run/stored_scenario.h"
#include "scenario/parse.h"
#include "shards/directory_clock.h"
#include "shards/ledgers.h"
#include "shards/ticket.h"

namespace votebench::run {
namespace {

namespace fs = std::filesystem;

Result<TargetSettings> prepared_target(const fs::path& directory,
                                       const scenario::Scenario& scenario) {
  const fs::path file = directory / shards::kTargetFile;
  TRY_ASSIGN(const std::string text, read_file(file));
  scenario::ParseOptions options = scenario::process_options();
  options.choices = scenario.voters.names();
  return scenario::parse_target(text, file.string(), options).result();
}

Result<RunRequest> run_request(const ObserveRequest& request) {
  RunRequest run;
  TRY_ASSIGN(shards::Ticket ticket, shards::read_ticket(request.directory));
  TRY_ASSIGN(run.scenario, stored_scenario(ticket.run));
  TRY_ASSIGN(run.scenario_text, read_file(request.directory / shards::kScenarioFile));
  if (!request.reports.empty()) run.scenario.report.directory = request.reports;
  GivenTarget target;
  if (request.target) {
    target.settings = *request.target;
  } else {
    TRY_ASSIGN(target.settings, prepared_target(request.directory, run.scenario));
    target.file = request.directory / shards::kTargetFile;
  }
  run.destination = std::move(target);
  run.tags = ticket.run.tags;
  run.assume_yes = request.assume_yes;
  run.metrics_listen = request.metrics_listen;
  run.output = request.output;
  run.invocation = request.invocation;
  run.sharded = ShardedLoad{request.directory, std::move(ticket)};
  return run;
}

// Before the target is touched at all.
Result<> check_not_begun(const ShardedLoad& sharded) {
  Clock& clock = real_clock();
  TRY_ASSIGN(const ClockOffset offset, shards::read_directory_clock(sharded.directory, clock));
  return check_in_time(sharded, shards::instant_of(sharded.ticket.run.t0_wall, offset, clock),
                       clock);
}

// The seals of the votes may be broken: a merge before this one may have been killed, and it takes
// them from the shards.
Result<> check_evidence(const ledger::RunDirectory& directory) {
  TRY_ASSIGN(std::vector<std::string> damage, directory.damage());
  std::erase_if(damage, [](const std::string& line) {
    return line.starts_with(ledger::kAttemptsDirectory) || line.starts_with(ledger::kShardsFile);
  });
  if (damage.empty()) return {};
  return fail(ErrorKind::environment,
              fmt::format("{} is damaged: {}", directory.path().string(), damage.front()),
              ledger::kDamageHelp);
}

Result<ledger::RunDirectory> observed_run(const fs::path& directory) {
  std::error_code error;
  const fs::path run = fs::read_symlink(directory / shards::kRunLink, error);
  if (error)
    return fail(ErrorKind::environment,
                fmt::format("nobody has observed the run of {}", directory.string()),
                "what was in the stores before it is not known: only an observer can judge it");
  auto found = ledger::RunDirectory::at(run);
  if (!found.is_being_written()) return found;
  return fail(ErrorKind::environment, fmt::format("{} is still going on", run.string()),
              "wait for the observer's end");
}

}  // namespace

Result<report::ExitCode> observe(const ObserveRequest& request, Display& display,
                                 const SignalWatcher& signals) {
  TRY_ASSIGN(const RunRequest run, run_request(request));
  TRY(check_unobserved(*run.sharded));
  TRY(check_not_begun(*run.sharded));
  TRY_ASSIGN(const RunOutcome outcome, execute(run, display, signals));
  return outcome.exit;
}

Result<report::ExitCode> merge_again(const MergeRequest& request) {
  TRY_ASSIGN(const shards::Ticket ticket, shards::read_ticket(request.directory));
  TRY_ASSIGN(const ledger::RunDirectory directory, observed_run(request.directory));
  TRY(check_evidence(directory));
  TRY_ASSIGN(ledger::RunRecord record, directory.load());
  TRY_ASSIGN(const scenario::Scenario scenario, stored_scenario(record.begin));
  TRY_ASSIGN(const plan::RunPlan plan, plan::RunPlan::make(scenario));
  TRY_ASSIGN(const auto attempts, directory.begin_again(record.begin));
  TRY_ASSIGN(shards::Merged merged,
             shards::merge_ledgers(request.directory, ticket, plan, *attempts));
  TRY(attempts->sync());
  note_shards(std::move(merged), record);
  TRY(directory.replace_attempts(record.shards));
  if (!record.complete)
    return fail(
        ErrorKind::environment,
        fmt::format("the observer of {} ended before its evidence was gathered",
                    directory.path().string()),
        fmt::format("its votes are merged: {} verify {}", shell_word(request.invocation.program),
                    shell_word(directory.path().string())));
  TRY(directory.save(record));
  TRY(directory.close({.ended = record.load.ended,
                       .interrupted = record.load.stopped != StopCause::none,
                       .store = record.evidence.rows.store}));
  const RecordedRun recorded{.scenario = scenario,
                             .plan = plan,
                             .directory = directory,
                             .attempts = *attempts,
                             .record = record,
                             .here = request.invocation,
                             .output = request.output};
  const report::Report report = describe_run(recorded);
  publish(report, directory, request.output);
  return report.exit;
}

}  // namespace votebench::run
