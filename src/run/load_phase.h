// From the first vote to the proof that nothing is on its way any more: the senders, the sampler
// and the recorder side by side, then the drain.
#pragma once

#include "ledger/run_directory.h"
#include "load/load.h"
#include "run/machine.h"
#include "run/preflight.h"
#include "run/recorder.h"
#include "run/sharded_load.h"
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
  MetricsBoard* metrics = nullptr;  // nullptr: nobody asks
  Clock& clock;
  Instant t0;
  const ShardedLoad* sharded = nullptr;  // null: this process sends
};

// What a load of this process tells of itself.
void note_load(const load::LoadSummary& load, const CpuMeter& meter, ledger::LoadRecord& record);

// Fills in what there is to know of it. Error (environment): the sampler's own connections could
// not be opened; nothing was sent.
[[nodiscard]] Result<> run_load_phase(const LoadPhaseInput& input, ledger::RunRecord& record);

}  // namespace votebench::run
