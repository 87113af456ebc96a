// The rules of `vote`: that a vote says its choice and its voter, and that what is sent is what its
// reader can read.
#pragma once

#include <string>
#include <vector>

#include "scenario/context.h"
#include "scenario/yaml.h"
#include "vote/target_settings.h"

namespace votebench::scenario {

// What the rules of a target need beside it.
struct TargetRules {
  std::string path;                  // of the target, as messages call it
  std::vector<std::string> choices;  // empty: not known yet
};

// REQUIRES: every value of `vote` is valid, `endpoint` was built from it.
void check_request(const Node& vote, const VoteEndpoint& endpoint, const TargetRules& rules,
                   Context& context);

}  // namespace votebench::scenario
