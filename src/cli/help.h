// Help that shows examples first.
#pragma once

#include <CLI/CLI.hpp>

namespace votebench::cli {

// Prints the description (with its examples) before the usage line; lists subcommands by the first
// line of theirs.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter();
  std::string make_subcommand(const CLI::App* command) const override;
};

}  // namespace votebench::cli
