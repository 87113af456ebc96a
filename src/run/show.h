// One vote's trail through a stored run.
#pragma once

#include <filesystem>
#include <string>

#include "core/result.h"

namespace votebench::run {

// `vote`: a voter id, a prefix of one that fits a single voter, or the number of an attempt.
// Prints the trail. Errors: as of open_stored_run, and no such vote (usage), with suggestions.
[[nodiscard]] Result<> show_vote(const std::filesystem::path& reports, const std::string& selector,
                                 const std::string& vote);

}  // namespace votebench::run
