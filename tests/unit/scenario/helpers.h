#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/keys.h"
#include "scenario/parse.h"
#include "support/catch.h"

namespace votebench::scenario {

// Two kinds of stacks and one that costs money, as the kinds of stacks would tell it.
inline const bool kWordsTold = [] {
  set_stack_words({.kinds = {"local", "compose"},
                   .costly_kinds = {"aws"},
                   .variants = {"reference", "dockersamples", "prefetch"},
                   .orders = {"ack-after-write", "pop-before-write"}});
  return true;
}();

using Variables = std::map<std::string, std::string>;

inline ParseOptions options_with(Variables variables, std::vector<std::string> overrides = {}) {
  ParseOptions options;
  options.environment =
      [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  options.overrides = std::move(overrides);
  return options;
}

// The scenario of a text that has no mistakes.
inline Scenario scenario_of(std::string_view text, const ParseOptions& options = {}) {
  ParseOutcome outcome = parse_scenario(text, "scenarios/test.yaml", options);
  INFO(outcome.diagnostics.render());
  REQUIRE(outcome);
  return *std::move(outcome.value);
}

inline TargetSettings target_of(std::string_view text, const ParseOptions& options = {}) {
  TargetOutcome outcome = parse_target(text, "target.yaml", options);
  INFO(outcome.diagnostics.render());
  REQUIRE(outcome);
  return *std::move(outcome.value);
}

inline constexpr std::string_view kMinimal = R"(version: 1
workloads:
  votes: { executor: burst, votes: 10, within: 1s }
)";

}  // namespace votebench::scenario
