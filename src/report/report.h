// What is said about a run: computed once from its record, then rendered to JSON, terminal text and
// Markdown. Pure: no files, no target, no clock.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/invocation.h"
#include "ledger/record.h"
#include "report/attribution.h"
#include "report/exit_code.h"
#include "report/measures/thresholds.h"
#include "report/measures/timeline.h"
#include "scenario/scenario.h"
#include "vote/attempt.h"
#include "vote/evidence.h"
#include "vote/grounds.h"
#include "vote/verdict.h"

namespace votebench::report {

// A stored run that was judged again.
struct Verification {
  WallTime at{};
  std::string how;  // one clause: "queue and table were read again"
};

// What a report says that is not the run's: where it stands, and what to type next.
struct Presentation {
  std::string run_id;                              // as the run's directory is named
  std::string directory;                           // of the run, as the user may type it
  std::string selector;                            // what names this run in "next:" lines
  std::vector<std::string> files;                  // written there, the one for people first
  std::vector<ledger::FileSeal> evidence_files{};  // that the report was made from
  std::optional<Verification> verification{};
  // The command that reports, with what further ones on this run repeat: --reports, --target of a
  // verify.
  Invocation here{};
  bool explain = false;             // on a terminal: at length what the verdict stands on
  bool follows_one_like_it = true;  // the run before it is of this scenario
};

// Scenario and record are referenced, not copied: they must outlive it.
struct Report {
  const scenario::Scenario& scenario;
  const ledger::RunRecord& record;
  Verdict audit;
  Presentation shown;

  std::vector<RunEvent> events{};                // those that happened
  std::vector<Coincidence> coincidences{};       // of the findings with events
  std::map<AttemptNumber, Attempt> witnesses{};  // the attempts that the audit's findings name
  Measured measured{};
  Timeline timeline{};
  Validity validity{};
  std::vector<ThresholdResult> thresholds{};

  // The whole run's verdict; the audit's own is audit.kind.
  VerdictKind verdict = VerdictKind::inconclusive;
  ExitCode exit = ExitCode::inconclusive;
  std::string headline{};  // one clause: "audit failed", "every accepted vote is stored"
  std::vector<std::string> reasons{};  // most important first
  std::vector<std::string> advice{};   // what would help
  std::vector<std::string> next{};     // commands to type

  [[nodiscard]] const QueueEvidence& queue() const { return record.evidence.queue; }
  [[nodiscard]] const RowEvidence& rows() const { return record.evidence.rows; }
  [[nodiscard]] const Settlement& settlement() const { return record.evidence.settlement; }
  [[nodiscard]] const PageEvidence& page() const { return record.evidence.page; }
};

[[nodiscard]] Report make_report(const RunView& run, Verdict verdict, Presentation shown);

// What the verdict stands on: what the preflight and the drain found, and what the audit takes for
// granted.
[[nodiscard]] Grounds grounds_of(const Report& report);

// What is known of a finding beside it; null: nothing.
[[nodiscard]] const Attempt* witness_of(const Report& report, const Finding& finding);
[[nodiscard]] const RunEvent* event_near(const Report& report, const Finding& finding);

// What a report says at the top and at the bottom (conclusion.cpp): fills verdict, exit, headline,
// reasons, advice and next of one that is otherwise complete.
void conclude(Report& report);

}  // namespace votebench::report
