#include "run/stored_scenario.h"

namespace votebench::run {

scenario::ParseOptions without_secrets() {
  scenario::ParseOptions options;
  options.environment = [](const std::string&) { return std::optional<std::string>("-"); };
  options.read_secret_file = [](const std::string&) -> Result<std::string> { return "-"; };
  return options;
}

Result<scenario::Scenario> stored_scenario(const ledger::Manifest& manifest) {
  return scenario::parse_scenario(manifest.resolved_text, manifest.scenario_source,
                                  without_secrets())
      .result();
}

}  // namespace votebench::run
