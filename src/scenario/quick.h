// Scenarios that nobody wrote: the run without YAML, `votebench run --votes 1000 --clients 40`, and
// the starter of `votebench init`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "scenario/parse.h"
#include "scenario/scenario.h"

namespace votebench::scenario {

// Option values as typed; empty: not given. What each combination stands for:
//   votes [clients]    burst of `votes` by `clients` in parallel (default 40)
//   votes + duration   burst of `votes` spread over `duration`
//   votes + rate       burst of `votes` spread over votes / rate
//   rate + duration    constant-arrival-rate
//   clients + duration constant-clients
struct QuickRun {
  std::string votes;     // "1000"
  std::string clients;   // "40"
  std::string rate;      // "50/s"
  std::string duration;  // "20s"

  [[nodiscard]] bool empty() const {
    return votes.empty() && clients.empty() && rate.empty() && duration.empty();
  }
};

// The YAML that the options stand for; it parses to quick_scenario(run).
// Errors (usage): a combination that says too little or too much.
[[nodiscard]] Result<std::string> quick_yaml(const QuickRun& run);

// Errors (usage): as quick_yaml, or a value that is out of range.
[[nodiscard]] Result<Scenario> quick_scenario(const QuickRun& run,
                                              const ParseOptions& options = {});

// The commented scenario that `votebench init` writes. It is valid as it stands. REQUIRES: `name`
// is made of letters, digits, '_', '-' and '.'.
[[nodiscard]] std::string starter_scenario(std::string_view name);

}  // namespace votebench::scenario
