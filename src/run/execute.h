// The run: its phases in order. Everything else of votebench is a part; this wires the parts.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "report/exit_code.h"
#include "run/display.h"
#include "run/publish.h"
#include "run/signals.h"
#include "scenario/scenario.h"
#include "stack/aws/aws_stack.h"
#include "stack/docker/compose_stack.h"
#include "stack/local/local_stack.h"

namespace votebench::run {

struct RunRequest {
  scenario::Scenario scenario;
  std::string scenario_text;  // as written, kept with the run
  // Where: exactly one of the four.
  std::optional<stack::LocalStackOptions> stack;
  std::optional<stack::ComposeChoice> compose;
  std::optional<stack::AwsChoice> aws;
  std::optional<TargetSettings> target;
  std::filesystem::path target_file;  // where `target` was read from; empty: the scenario
  bool keep_stack = false;            // leave a stack up that this run started
  std::vector<std::string> tags;      // the groups that the run belongs to
  bool assume_yes = false;
  std::string metrics_listen;         // ADDRESS:PORT where Prometheus may ask; empty: nowhere
  Output output = Output::summary;    // on standard output
  std::string program = "votebench";  // as it was invoked, for "next:" lines
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
