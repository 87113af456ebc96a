// Scenarios by name: `quick` is the bundled scenarios/quick.yaml, wherever votebench is installed.
#pragma once

#include <filesystem>
#include <string>

#include "core/assets.h"

namespace votebench::scenario {

struct NamedFile {
  std::filesystem::path path;  // as given where nothing has that name: reading it tells
  std::string remark;          // which file a name stands for, where that could be another one
};

// What the command line calls a scenario: the file `given`, or `given`.yaml in the current folder,
// or the one of that name among the bundled ones, which may also be called scenarios/NAME.yaml.
[[nodiscard]] NamedFile find_scenario(const std::string& given,
                                      const std::filesystem::path& program = own_program());

// "classic-1000x40, nightly, quick": those that came with the program; "not here" where none did.
[[nodiscard]] std::string bundled_names(const std::filesystem::path& program = own_program());

}  // namespace votebench::scenario
