// Mistakes of the command line, in our words.
#pragma once

#include <CLI/CLI.hpp>

#include "core/result.h"

namespace votebench::cli {

// What was wrong with what was typed, and what is near it. `app` has refused it with `refusal`.
[[nodiscard]] Error explain_mistake(const CLI::App& app, const CLI::ParseError& refusal);

}  // namespace votebench::cli
