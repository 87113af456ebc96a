#include "run/replay.h"

#include <fmt/format.h>

#include "ledger/later_verdict.h"
#include "run/judge_run.h"
#include "run/publish.h"
#include "run/stored_run.h"

namespace votebench::run {

Result<report::ExitCode> report_again(const std::filesystem::path& reports,
                                      const std::string& selector, const Invocation& here,
                                      Output output) {
  TRY_ASSIGN(StoredRun run, open_stored_run(reports, selector));
  if (!run.record.complete)
    return fail(
        ErrorKind::environment,
        fmt::format("{} ended before its evidence was gathered", run.directory.path().string()),
        fmt::format("its votes are in the ledger: {} verify {}", shell_word(here.program),
                    shell_word(run.directory.path().string())));
  if (const auto later = ledger::later_verdict(run.directory.path()))
    run.record.warnings.push_back(
        fmt::format("`verify` found later: {} ({})", later->verdict, later->file));
  const RecordedRun recorded{.scenario = run.scenario,
                             .plan = run.plan,
                             .directory = run.directory,
                             .attempts = *run.attempts,
                             .record = run.record,
                             .here = here,
                             .output = output};
  const report::Report report = describe_run(recorded);
  publish(report, run.directory, output);
  return report.exit;
}

}  // namespace votebench::run
