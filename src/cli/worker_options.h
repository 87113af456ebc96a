// The command line's form of the local stack's worker knobs.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "core/result.h"
#include "stack/variant.h"

namespace votebench::cli {

struct WorkerOptions {
  std::optional<std::uint32_t> workers;
  std::optional<std::uint32_t> batch;
  std::string poll;
  std::string hold;
  std::string order;

  void add_to(CLI::App& command);
  // Error (usage): a duration without a unit.
  [[nodiscard]] Result<stack::WorkerKnobs> parsed() const;
};

}  // namespace votebench::cli
