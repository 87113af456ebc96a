// The last phase: the report's files in the run directory, the summary on standard output.
#pragma once

#include <string>
#include <vector>

#include "ledger/run_directory.h"
#include "report/report.h"

namespace votebench::run {

// Names of the files that publish() writes, the one for people first.
[[nodiscard]] std::vector<std::string> report_files(const scenario::ReportSettings& settings);

// What standard output gets.
enum class Output {
  summary,
  explained,  // the summary, with what the verdict stands on at length
  json,       // result.json
  nothing,    // somebody else prints it
};

// Writes the report's files and prints it. A file that cannot be written is said on standard error
// and does not keep the rest from being written and printed.
void publish(const report::Report& report, const ledger::RunDirectory& directory, Output output);

// What happens once for a new run: its line in the reports folder's index.ndjson and, within a job
// of GitHub Actions, annotations on standard error and the job's summary.
void announce(const report::Report& report, const ledger::RunDirectory& directory);

// The files of a run that was verified: its own stay as they are.
struct VerificationFiles {
  std::string summary;  // "verify-20261120T180111Z.md", the next of this second "...Z-2.md"
  std::string result;   // ... .json
};
// Names that are not taken in `directory`.
[[nodiscard]] VerificationFiles verification_files(const ledger::RunDirectory& directory,
                                                   WallTime at);
void publish_verification(const report::Report& report, const ledger::RunDirectory& directory,
                          const VerificationFiles& files);

// Deletes older runs of this one's scenario, as its report.keep asks, and says so on standard
// error.
void prune_older(const scenario::Scenario& scenario, const ledger::RunDirectory& directory);

}  // namespace votebench::run
