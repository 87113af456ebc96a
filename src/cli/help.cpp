#include "cli/help.h"

#include <fmt/format.h>

namespace votebench::cli {
namespace {

constexpr std::size_t kColumnWidth = 26;

}  // namespace

HelpFormatter::HelpFormatter() { column_width(kColumnWidth); }

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  const std::string description = command->get_description();
  return fmt::format("  {:<{}}{}\n", command->get_display_name(), kColumnWidth - 2,
                     description.substr(0, description.find('\n')));
}

}  // namespace votebench::cli
