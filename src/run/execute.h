// The run: its phases in order. Everything else of votebench is a part; this wires the parts.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/invocation.h"
#include "core/result.h"
#include "report/exit_code.h"
#include "run/display.h"
#include "run/publish.h"
#include "run/sharded_load.h"
#include "run/signals.h"
#include "scenario/scenario.h"
#include "stack/kind.h"

namespace votebench::run {

// A target that is there already.
struct GivenTarget {
  TargetSettings settings;
  std::filesystem::path file;  // that they were read from; empty: the scenario
};

// A stack that the run stands up unless it is up already.
struct WantedStack {
  const stack::Kind* kind = nullptr;  // a row of stack::kinds(), never null
  stack::Wanted wanted;
};

// Where the votes go.
using Destination = std::variant<WantedStack, GivenTarget>;

struct RunRequest {
  scenario::Scenario scenario;
  std::string scenario_text;  // as written, kept with the run
  Destination destination;
  std::optional<ShardedLoad> sharded{};  // nothing: this process sends the votes
  bool keep_stack = false;               // leave a stack up that this run started
  std::vector<std::string> tags;         // the groups that the run belongs to
  bool assume_yes = false;
  std::string metrics_listen;       // ADDRESS:PORT where Prometheus may ask; empty: nowhere
  Output output = Output::summary;  // on standard output
  Invocation invocation{};          // as it was typed, kept with the run for "next:" lines
};

struct RunOutcome {
  report::ExitCode exit = report::ExitCode::inconclusive;
  std::filesystem::path directory;
  std::optional<Error> teardown;  // why the run's stack could not be torn down
};

// Stands the target up, proves it fit, sends the votes, drains, audits, reports, tears down.
// Returns the exit status of the run and where it is stored; errors before the first vote of the
// run are returned (usage or environment), and nothing of the run was sent then.
[[nodiscard]] Result<RunOutcome> execute(const RunRequest& request, Display& display,
                                         const SignalWatcher& signals);

}  // namespace votebench::run
