// `run --ticket`: one process of several that send a run's votes.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/commands.h"
#include "run/display.h"

namespace votebench::cli {

struct ShardOptions {
  std::string ticket;  // the directory of it; empty: this process sends a whole run
  std::string index = "auto";
};

void add_shard_options(CLI::App& command, ShardOptions& options);

// `command`: what was typed; beside the ticket it may name nothing of a run, whose ticket says all.
int run_as_shard(const ShardOptions& options, run::ProgressMode progress, const CLI::App& command,
                 const Context& context);

}  // namespace votebench::cli
