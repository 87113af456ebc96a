#include "run/stored_scenario.h"

#include "scenario/parse.h"

namespace votebench::run {

Result<scenario::Scenario> stored_scenario(const ledger::RunDirectory& directory) {
  scenario::ParseOptions options;
  options.environment = [](const std::string&) { return std::optional<std::string>("-"); };
  options.read_secret_file = [](const std::string&) -> Result<std::string> { return "-"; };
  TRY_ASSIGN(const std::string resolved, directory.load_text("resolved.yaml"));
  return scenario::parse_scenario(resolved, directory.manifest().scenario_source, options).result();
}

}  // namespace votebench::run
