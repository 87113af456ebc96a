// Outputs that somebody has looked at and approved: tests/golden/<path>. They are changed by
// tests/golden/approve.sh alone, and the diff is what a reviewer looks at.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "support/catch.h"

namespace votebench::tests {

inline std::string golden_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

// `path` is relative to tests/golden, for example "report/pass.txt".
inline void check_golden(const std::string& path, const std::string& actual) {
  const std::filesystem::path file = std::filesystem::path(SOURCE_DIR) / "tests/golden" / path;
  if (std::getenv("VOTEBENCH_APPROVE") != nullptr) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary | std::ios::trunc) << actual;
  }
  INFO("golden file tests/golden/" << path << "; if the change is meant, run approve.sh there");
  CHECK(actual == golden_file(file));
}

}  // namespace votebench::tests
