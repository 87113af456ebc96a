// Several runs in a row, of one kind or of two in turn, and the comparison that follows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "report/exit_code.h"
#include "run/compare_runs.h"
#include "run/display.h"
#include "run/execute.h"
#include "run/signals.h"

namespace votebench::run {

struct Series {
  std::vector<RunRequest> kinds;  // one, or two that are run in turn: A, B, A, B ...
  std::uint32_t times = 1;        // of each
  std::string tag;  // of the runs, with "-a" and "-b" after it for two kinds; or empty
  std::optional<SelectedRuns> baseline;  // what the runs are compared with; one kind only
};

struct SeriesOutcome {
  report::ExitCode exit = report::ExitCode::passed;  // the highest row of the table
  std::optional<Error> error;                        // what ended the series early
};

// Each run has a directory of its own. A local stack is a new one for each run; one that stays up
// is reset between them. A series ends early after a signal or an error, not after a run that
// failed. Prints what a run prints, then the group and its comparison (with the baseline, or of
// both kinds), which is also saved in the directory of the last run; as JSON it is one document.
[[nodiscard]] SeriesOutcome execute_series(Series series, Display& display,
                                           const SignalWatcher& signals);

}  // namespace votebench::run
