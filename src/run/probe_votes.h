// Probe votes: cast before a run, followed to the queue and to their rows.
#pragma once

#include <optional>

#include "run/preflight.h"
#include "run/table_experiment.h"

namespace votebench::run {

struct ProbeFindings {
  std::uint64_t cast = 0;
  bool strangers_push = false;  // more pushes were seen than we caused
  bool reached_rows = false;    // every probe was followed to its row
  TableFindings table;
  std::optional<double> drain_rate_per_s;
};

// Casts scenario.preflight.probe_votes votes, waits until each was pushed and, unless votes of
// others are waiting before them (`queue_is_dirty`), until each has its row.
// Errors (environment): what the target did instead, and what to try.
[[nodiscard]] Result<ProbeFindings> cast_probe_votes(const PreflightInput& input,
                                                     const Adapters& adapters, bool queue_is_dirty);

}  // namespace votebench::run
