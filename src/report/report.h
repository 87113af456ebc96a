// What is said about a run, as plain values: computed once, then rendered to JSON, terminal text
// and Markdown. Pure: no files, no target, no clock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/invocation.h"
#include "core/result.h"
#include "report/attribution.h"
#include "report/exit_code.h"
#include "report/measures/thresholds.h"
#include "report/measures/timeline.h"
#include "scenario/scenario.h"
#include "vote/attempt.h"
#include "vote/evidence.h"
#include "vote/verdict.h"

namespace votebench::report {

// What the generator knows about itself.
struct GeneratorFacts {
  std::uint32_t threads = 1;
  Nanoseconds cpu{};              // user and system time of our process, t0 to the end of the load
  double steal_share = 0;         // of the machine's CPU time, 0..1
  double planned_rate_per_s = 0;  // mean over the planned time; 0 where a workload is closed
  double exhausted_share = 0;     // share of the load time spent at max_in_flight, 0..1
  Nanoseconds longest_sampler_gap{};  // between two samples, when it was us who came late
  Nanoseconds clock_step{};           // largest change between wall and monotonic clock
  // Open models: for every vote that was due before the load ended and never started, the time
  // from its due time to the end of the load. Votes due in the warm-up are left out.
  Histogram never_started_waits;
};

// A stored run that was judged again.
struct Verification {
  WallTime at{};
  std::string how;  // one clause: "queue and table were read again"
};

// A file of the run that its report leans on.
struct FileFact {
  std::string name;  // in the run's directory
  std::uint64_t bytes = 0;
  std::string sha256;  // 64 hexadecimal digits
};

struct ReportInput {
  std::string run_id;  // as the run's directory is named
  std::string version;
  std::string target;  // for people, without secrets: "http://127.0.0.1:8080/ (dockersamples)"
  std::vector<std::pair<std::string, std::string>> environment;  // name, value
  WallTime started{};
  WallTime ended{};
  WallTime t0{};                            // the wall time of the start of the load
  Nanoseconds load{};                       // t0 to the last conclusion
  std::optional<Nanoseconds> planned_load;  // nothing where only the votes are given
  StopCause stopped = StopCause::none;
  bool audit_finished = true;
  std::optional<Error> error;  // what kept the run from its verdict (a preflight that failed)
  bool unstored = false;       // the disk had no room for all of the run
  std::optional<Verification> verification{};
  std::optional<ClockOffset> rows_clock;

  // Referenced, not copied: must outlive make_report().
  const scenario::Scenario& scenario;
  const AttemptHistory& attempts;
  const std::vector<Sample>& samples;
  const std::vector<RunEvent>& events;  // also those that did not happen
  const std::vector<std::string>& warnings;
  const Verdict& verdict;
  const Settlement& settlement;
  const QueueEvidence& queue;
  const RowEvidence& rows;
  const PageEvidence& page;
  const GeneratorFacts& generator;

  std::string scenario_text{};             // as written; may be empty
  std::vector<FileFact> evidence_files{};  // that the report was made from
  Invocation here{};                       // the command that reports, with what further ones on
                                           // this run repeat: --reports, --target of a verify
  std::optional<Invocation> invocation{};  // that made the run; nothing: not known
  std::string directory;                   // of the run, as the user may type it
  std::string selector;                    // what names this run in "next:" lines
  bool stack_ends_with_run = false;        // no look at its stores will be possible any more
  std::vector<std::string> files;          // written there, the one for people first
  bool follows_one_like_it = false;        // the run before it is one to compare it with
};

struct Report {
  // The whole run's verdict; the audit's own is audit.kind.
  VerdictKind verdict = VerdictKind::inconclusive;
  ExitCode exit = ExitCode::inconclusive;
  std::string headline;               // one clause: "audit failed", "every accepted vote is stored"
  std::vector<std::string> reasons;   // most important first
  std::vector<std::string> advice;    // what would help
  std::vector<std::string> warnings;  // most important first; they fail nothing

  std::string run_id, scenario, scenario_source, version, target;
  std::string queue_name = "Redis", store_name = "PostgreSQL";  // for people
  std::vector<std::pair<std::string, std::string>> environment;
  std::uint64_t seed = 0;
  WallTime started{}, ended{};
  Nanoseconds load{}, warm_up{};
  StopCause stopped = StopCause::none;
  std::optional<Error> error;
  std::optional<Verification> verification;

  Verdict audit;
  double unknown_allowed_share = 0;
  Settlement settlement;
  bool queue_configured = false, rows_configured = false;
  TableModel table = TableModel::last_wins;
  std::uint64_t depth_start = 0, depth_end = 0, depth_max = 0;
  std::optional<std::uint64_t> pushed, popped;
  std::uint64_t rows_start = 0, rows_end = 0;
  PageEvidence page;
  std::vector<RunEvent> events;
  std::vector<Coincidence> coincidences;       // of the findings with events
  std::map<AttemptNumber, Attempt> witnesses;  // the attempts that the audit's findings name

  Measured measured;
  Timeline timeline;
  GeneratorFacts generator;
  Validity validity;
  std::vector<ThresholdResult> thresholds;

  std::string scenario_text;
  std::vector<FileFact> evidence_files;
  std::string directory;
  std::vector<std::string> files;
  std::vector<std::string> next;  // commands to type
};

[[nodiscard]] Report make_report(const ReportInput& input);

// What a report says at the top and at the bottom (conclusion.cpp): fills verdict, exit, headline,
// reasons, advice and next of one that is otherwise complete.
void conclude(Report& report, const ReportInput& input);

}  // namespace votebench::report
