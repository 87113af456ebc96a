// ${NAME}, ${NAME:-default}, ${NAME:?message} and $$ in string values.
#pragma once

#include "scenario/context.h"
#include "scenario/node.h"

namespace votebench::scenario {

// Expands every scalar of the tree in place; keys are left as they are. A default or message ends
// at the first '}' and is not expanded itself. As in a shell, ':-' and ':?' also act on a variable
// that is set but empty.
void expand_variables(Node& node, const std::string& path, Context& context);

}  // namespace votebench::scenario
