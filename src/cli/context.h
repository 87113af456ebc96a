// What every subcommand gets, and how it answers.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "core/result.h"
#include "run/signals.h"

namespace votebench::cli {

struct Context {
  std::string program;          // as it was invoked; "next:" lines print it
  run::SignalWatcher* signals;  // never null
  int exit_status = 0;          // set by the subcommand that ran
};

// Prints the error on stderr and returns its exit status.
int report_error(const Error& error);

// A subcommand whose help shows `examples` (one command per line) before its options.
CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& summary,
                      const std::string& examples);

}  // namespace votebench::cli
