// The commands and options of a program that --help lists.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace votebench::help {

[[nodiscard]] std::vector<const CLI::App*> visible_commands(const CLI::App& command);
[[nodiscard]] std::vector<const CLI::Option*> visible_options(const CLI::App& command);

// The words that a value of this option has to be one of; empty: any will do.
[[nodiscard]] std::vector<std::string> words_of(const CLI::Option& option);

}  // namespace votebench::help
