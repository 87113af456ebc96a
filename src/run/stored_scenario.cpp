#include "run/stored_scenario.h"

namespace votebench::run {

scenario::ParseOptions without_secrets() {
  scenario::ParseOptions options;
  options.environment = [](const std::string&) { return std::optional<std::string>("-"); };
  options.read_secret_file = [](const std::string&) -> Result<std::string> { return "-"; };
  return options;
}

Result<scenario::Scenario> stored_scenario(const ledger::RunDirectory& directory) {
  TRY_ASSIGN(const std::string resolved, directory.load_text("resolved.yaml"));
  return scenario::parse_scenario(resolved, directory.manifest().scenario_source, without_secrets())
      .result();
}

}  // namespace votebench::run
