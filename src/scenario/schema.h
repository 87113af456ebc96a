// The tree of keys for editors (JSON Schema) and for people (a page of Markdown).
#pragma once

#include <string>
#include <string_view>

#include "scenario/keys.h"

namespace votebench::scenario {

// JSON Schema draft-07 of the files that `tree` describes. It accepts every valid file, and a few
// that are not: what needs more than one value, it does not know.
[[nodiscard]] std::string json_schema(const KeyTree& tree, std::string_view title);

// The same of a scenario file (`votebench schema`) and of a target file.
[[nodiscard]] std::string json_schema();
[[nodiscard]] std::string target_json_schema();

// The tables of keys, executors and metrics as a page of Markdown: scenarios/KEYS.md.
[[nodiscard]] std::string key_documentation();

}  // namespace votebench::scenario
