// Which machinery a run was made on: what was provisioned, from which revision of this repository.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "stack/docker/docker.h"

namespace votebench::stack {

struct StackRecord {
  std::string kind;                                        // "compose"
  std::vector<std::pair<std::string, std::string>> facts;  // "project" -> "votebench-compose-5f3a"
  std::vector<RunningImage> images;
};

// One JSON object: kind, the facts, and services: {NAME: {image, id, digests}}.
[[nodiscard]] std::string to_json(const StackRecord& record);

// The commit that the files in `directory` belong to ("...-dirty" when they were changed since);
// "unknown" where git does not say.
[[nodiscard]] std::string revision_of(const std::string& directory);

}  // namespace votebench::stack
