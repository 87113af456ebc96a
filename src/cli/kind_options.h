// The options that mean something to some kinds of stacks, from the table of kinds.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>

#include "core/result.h"
#include "scenario/scenario.h"
#include "stack/kind.h"

namespace votebench::cli {

// For scenario::ParseOptions: faults that a stack of the kind `chosen` (empty: of the scenario's)
// cannot carry out are mistakes of the scenario.
[[nodiscard]] std::function<Result<>(std::string_view stack, const scenario::Intervention& fault)>
check_faults_of(std::string chosen);

enum class OptionPart {
  up,       // all, for `stack up`
  run,      // those that `run` has, too, but for:
  consent,  // what is asked for anew each time
};

class KindOptions {
 public:
  // `*this` must outlive the command's parsing.
  void add_to(CLI::App& command, OptionPart part);
  // Something was given.
  [[nodiscard]] bool any() const { return !given().empty(); }
  // What was given. Error (usage): a stack of this kind would ignore a part of it.
  [[nodiscard]] Result<stack::OptionValues> values(const stack::Kind& kind) const;
  // The same on top of what the scenario wants of its stack, which the kind must know, too.
  [[nodiscard]] Result<stack::OptionValues> values(const stack::Kind& kind,
                                                   const scenario::StackChoice& choice) const;

 private:
  [[nodiscard]] stack::OptionValues given() const;

  std::map<std::string, std::string> texts_;  // CLI11 writes into them
  std::map<std::string, CLI::Option*> options_;
};

}  // namespace votebench::cli
