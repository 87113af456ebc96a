// The commands and options of a program that --help lists.
#pragma once

#include <CLI/CLI.hpp>
#include <vector>

namespace votebench::help {

[[nodiscard]] std::vector<const CLI::App*> visible_commands(const CLI::App& command);
[[nodiscard]] std::vector<const CLI::Option*> visible_options(const CLI::App& command);

}  // namespace votebench::help
