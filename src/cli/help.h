// How --help looks: 80 columns, the examples first, options in groups, no type names.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

namespace votebench::cli {

[[nodiscard]] std::shared_ptr<CLI::FormatterBase> help_formatter();

// The exit statuses of all commands, for the help of those that judge.
[[nodiscard]] std::string exit_statuses();

}  // namespace votebench::cli
