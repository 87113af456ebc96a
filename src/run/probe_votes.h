// Probe votes: cast before a run, followed to the queue and to their rows.
#pragma once

#include <optional>

#include "run/counter_experiment.h"
#include "run/preflight.h"
#include "run/table_experiment.h"
#include "watch/serial_check.h"

namespace votebench::run {

struct ProbeFindings {
  std::uint64_t cast = 0;
  std::uint64_t unclear = 0;    // of these: without a clear answer, so that it may come later
  bool strangers_push = false;  // more pushes were seen than we caused
  bool pushes_add_up = true;    // every probe was a push of its own
  std::vector<bool> seen_in;    // lists that probes were seen standing in, the main list first
  bool blocking_pops = false;   // a worker waits in a pop, which may never leave a vote standing
  bool settled_early = false;   // a probe had left the queue's hands before it had its row
  bool never_done = false;      // probes have their rows, and stay in hand as if they had none
  bool not_kept = false;        // probes were handed to a worker, and none was ever acknowledged
  adapters::QueueUse use;       // commands that the queue's server saw meanwhile
  bool reached_rows = false;    // every probe was followed to its row
  TableFindings table;
  CounterFindings counters;  // where there are counters in place of a table
  std::optional<double> drain_rate_per_s;
  watch::InHandFall in_hand_fall;  // while the probes went to their rows
};

// Casts scenario.preflight.probe_votes votes, waits until each was pushed and, unless votes of
// others are waiting before them (`queue_is_dirty`), until each has its row. Fewer pushes than
// probes are no fault where all probes were seen in a list or have their row: then a push brings
// several, or what brings them is not counted.
// Errors (environment): what the target did instead, and what to try; `findings` is what was found
// until then.
[[nodiscard]] Result<> cast_probe_votes(const PreflightInput& input, const Adapters& adapters,
                                        bool queue_is_dirty, ProbeFindings& findings);

}  // namespace votebench::run
