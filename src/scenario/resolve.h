// What takes the place of what is written, before a tree is checked and while it is: --set,
// variables, references to secrets.
#pragma once

#include <string>

#include "scenario/context.h"
#include "scenario/yaml.h"

namespace votebench::scenario {

// --set KEY=VALUE. KEY is the path with dots, a list's element by its number from 0:
// workloads.peak.stages.0.hold. Missing mappings on the way are made. VALUE is YAML; it replaces
// what was there. Adds `setting` as a source of its own, which the new nodes refer to.
void apply_override(const std::string& setting, Node& root, Context& context);

// ${NAME}, ${NAME:-default}, ${NAME:?message} and $$ in every scalar of the tree; keys are left as
// they are. A default or message ends at the first '}' and is not expanded itself. As in a shell,
// ':-' and ':?' also act on a variable that is set but empty.
void expand_variables(Node& node, const std::string& path, Context& context);

// { env: NAME, optional: true } and { file: PATH, optional: true }: looks the secret up and stores
// it as the node's value: empty when it is optional and absent. False: a diagnostic was added.
[[nodiscard]] bool read_secret(Node& node, const std::string& path, Context& context);

}  // namespace votebench::scenario
