// Suggested commands, taken apart as a shell does it.
#pragma once

#include <string>
#include <vector>

#include "core/invocation.h"

namespace votebench::report::tests {

// The words that a shell makes of `line`. Fails the test where it is not one simple command.
[[nodiscard]] std::vector<std::string> shell_words(const std::string& line);

// Every suggestion is a command of this program. One that runs votes names the scenario, the target
// and every setting of the run that it repeats, in their order, and beyond them only settings of
// `drain.timeout`, a --repeat and a --tag; one that asks about runs looks where they are stored.
struct Suggested {
  std::vector<std::string> lines;
  Invocation here;
  std::vector<Invocation> runs;  // that may be repeated
  std::string selector;          // of the run that is reported; empty: a comparison

  void check() const;
};

}  // namespace votebench::report::tests
