// What the local stack needs of this machine, and what of it is missing. Changes nothing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace votebench::stack {

struct Requirement {
  std::string name;  // "redis-server", "open files"
  bool met = false;
  std::string found;  // "/usr/bin/redis-server (7.0.15)", "not found"
  std::string help;   // what to do when it is not met
};

struct Examination {
  std::vector<Requirement> requirements;
  std::string install_line;  // "apt-get install redis-server postgresql"; empty: nothing to install
  [[nodiscard]] bool healthy() const;
};

// `votestack` empty: looked for beside this program.
[[nodiscard]] Examination examine_machine(const std::filesystem::path& votestack = {});

}  // namespace votebench::stack
