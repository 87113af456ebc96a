// What a shell completes, made from the commands and options of a program.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace votebench::help {

// A script to source, or to install where the shell looks for the program's completions. It
// completes commands, options and the values of those that want one of some words; where another
// value or an argument stands, files.
[[nodiscard]] std::string bash_completion(const CLI::App& program);
[[nodiscard]] std::string zsh_completion(const CLI::App& program);

}  // namespace votebench::help
