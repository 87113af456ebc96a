// From the first vote to the proof that nothing is on its way any more: the senders, the sampler
// and the recorder side by side, then the drain.
#pragma once

#include "ledger/run_directory.h"
#include "load/load.h"
#include "run/preflight.h"
#include "run/recorder.h"
#include "run/signals.h"
#include "run/target_in_use.h"
#include "watch/settle.h"

namespace votebench::run {

struct LoadPhaseInput {
  const scenario::Scenario& scenario;
  const plan::RunPlan& plan;
  const TargetInUse& target;
  const VoterIds& ids;
  Preflight& preflight;  // its connections serve the drain
  ledger::RunDirectory& directory;
  ledger::AttemptStore& attempts;
  Display& display;
  const SignalWatcher& signals;
  MetricsBoard* metrics;  // nullptr: nobody asks
  Clock& clock;
  Instant t0;
};

struct LoadPhase {
  load::LoadSummary load;
  watch::DrainResult drain;
  PageEvidence page;
  Nanoseconds cpu{};  // of our process during the load
  double steal_share = 0;
  Nanoseconds longest_sampler_gap{};
  Nanoseconds clock_step{};
  std::vector<Sample> samples;
  std::vector<RunEvent> events;
  bool aborted = false;  // a threshold ended the load
  // Why what was seen is not all in the run directory.
  std::optional<Error> unsaved{};
};

// Error (environment): the sampler's own connections could not be opened; nothing was sent.
[[nodiscard]] Result<LoadPhase> run_load_phase(const LoadPhaseInput& input);

}  // namespace votebench::run
