#include "scenario/starter.h"

#include <fmt/format.h>

namespace votebench::scenario {

std::string starter_scenario(std::string_view name) {
  return fmt::format(
      R"(# A votebench scenario: what to send. Where it goes is said on the command line
# (--stack, --target), or by a `stack` or `target` key here. `votebench schema` knows every key.
version: 1
name: {}

# Two workloads side by side; delete one, or add more.
workloads:
  # Votes are due at times that do not depend on the answers.
  steady:
    executor: constant-arrival-rate
    rate: 50/s
    duration: 20s
  # Each client waits for its answer, thinks, and votes again.
  browsers:
    executor: constant-clients
    clients: 5
    duration: 20s
    think_time: 500ms

# Who votes for what. Weights, not percentages.
voters:
  choices: {{ a: 55, b: 45 }}
  # revote: {{ ratio: 20%, switch: 100%, gap: 1s..10s }}

# How long to wait, after the last vote, while nothing moves.
drain: {{ timeout: 60s }}

# Votes that may be wrong without failing the run. These are the defaults.
audit: {{ lost: 0, flipped: 0, duplicated: 0, phantom: 0, stale: 0, unknown: 1% }}

# What else must hold.
thresholds:
  - http.error_rate < 0.1%
  # - http.response.p99 < 200ms
)",
      name);
}

}  // namespace votebench::scenario
