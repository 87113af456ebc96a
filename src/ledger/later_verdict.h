// What `verify` found out of a run after the run had ended.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace votebench::ledger {

struct LaterVerdict {
  std::string verdict;  // "pass" or "fail"
  std::string file;     // in the run's directory, as result.json is: "verify-20261120T180111Z.json"
};

// The newest one that proves something. A later look that proves nothing, since its stores are gone
// for instance, takes nothing back.
[[nodiscard]] std::optional<LaterVerdict> later_verdict(const std::filesystem::path& run);

// The word after "verdict" in a result.json; nothing where it cannot be read.
[[nodiscard]] std::optional<std::string> verdict_in(const std::filesystem::path& result);

}  // namespace votebench::ledger
