// What every subcommand gets, and how it answers.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "core/invocation.h"
#include "core/result.h"
#include "run/signals.h"

namespace votebench::cli {

struct Context {
  std::string program;          // as it was typed
  run::SignalWatcher* signals;  // never null
  int exit_status = 0;          // set by the subcommand that ran
};

// Prints the error on stderr and returns its exit status.
int report_error(const Error& error);

// `command` as it was typed, with those of `options` that were given.
Invocation invocation_of(const Context& context, const CLI::App& command,
                         const std::vector<const CLI::Option*>& options);

// The command of a first run on a target: one that needs no other file.
std::string first_run(const Context& context, const std::filesystem::path& target);

// A subcommand whose help shows `examples` (one command per line) before its options.
CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& summary,
                      const std::string& examples);

}  // namespace votebench::cli
