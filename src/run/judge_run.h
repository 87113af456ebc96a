// From a recorded run to its report: the audit, then everything that is said about it. The same
// code serves a run that has just ended and one that is read back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/audit.h"
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
  const ledger::RunRecord& record;
  // A run that was verified: the record's evidence is what came of it.
  const audit::SecondLook* second_look = nullptr;
  std::optional<report::Verification> verification{};
  std::vector<std::string> files{};  // written for it; empty: those of a run
  Invocation here{};                 // the command that asks: "next:" lines begin like it
  Output output = Output::summary;   // what it prints
};

// What the record gives the audit; `rows` in place of the record's where others were read. All must
// outlive the result.
[[nodiscard]] audit::AuditInput audit_input(const ledger::RunRecord& record,
                                            const AttemptHistory& attempts,
                                            const RowEvidence& rows);
[[nodiscard]] audit::AuditInput audit_input(const ledger::RunRecord& record,
                                            const AttemptHistory& attempts);

// Rows that are there may still change or be joined by others: somebody votes more than once, or
// the table keeps every vote.
[[nodiscard]] bool rows_may_change(const scenario::Scenario& scenario,
                                   const std::optional<RowBaseline>& rows);

// The record and the scenario must outlive the result.
[[nodiscard]] report::Report describe_run(const RecordedRun& run);

}  // namespace votebench::run
