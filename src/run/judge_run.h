// From a recorded run to its report: the audit, then everything that is said about it. The same
// code serves a run that has just ended and one that is read back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/second_look.h"
#include "ledger/run_directory.h"
#include "plan/plan.h"
#include "report/report.h"
#include "run/publish.h"
#include "scenario/scenario.h"

namespace votebench::run {

// References must outlive the call.
struct RecordedRun {
  const scenario::Scenario& scenario;
  const plan::RunPlan& plan;
  const ledger::RunDirectory& directory;
  const ledger::AttemptStore& attempts;
  const ledger::Evidence& evidence;
  const std::vector<Sample>& samples;
  const std::vector<RunEvent>& events;
  std::optional<Error> unfit{};     // the target was not: nothing was sent
  std::optional<Error> unstored{};  // what the disk had no room for: votes, or what was seen
  bool host_crashed = false;        // audit::AuditInput says what that means
  // A run that was verified: `evidence` is what came of it.
  const audit::SecondLook* second_look = nullptr;
  std::optional<report::Verification> verification{};
  std::vector<std::string> files{};  // written for it; empty: those of a run
  Invocation here{};                 // the command that asks: "next:" lines begin like it
};

[[nodiscard]] Verdict judge_run(const RecordedRun& run);
[[nodiscard]] report::Report describe_run(const RecordedRun& run, const Verdict& verdict);

}  // namespace votebench::run
