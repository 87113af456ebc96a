// What keeps two groups of runs from being compared: they did different things, or did them
// elsewhere.
#pragma once

#include <string>
#include <vector>

#include "report/compare/run_figures.h"

namespace votebench::report {

using Runs = std::vector<const RunFigures*>;

// The values that the runs of each side have, each once; `a` and `b` are not the same.
struct Difference {
  std::string name;
  std::vector<std::string> a;
  std::vector<std::string> b;
};

struct Differences {
  std::vector<Difference> scenario;     // not empty: nothing can be compared
  std::vector<Difference> environment;  // not empty: rates and latencies cannot; of audited runs
  std::vector<Difference> remarks;      // the target
};

[[nodiscard]] Differences differences(const Runs& a, const Runs& b);

// It came as far as an audit, and that one can be believed.
[[nodiscard]] bool is_audited(const RunFigures& run);

}  // namespace votebench::report
