// Stored runs, selected and compared. Reads run directories only: neither target nor secrets.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"
#include "report/compare/compare.h"

namespace votebench::run {

struct SelectedRuns {
  std::string name;  // as it was selected
  std::vector<std::filesystem::path> paths;
};

// What a comparison takes of them. Error (environment): a result.json that cannot be read.
[[nodiscard]] Result<report::Side> figures_of(const SelectedRuns& selected);

// `selector` as in ledger/run_list.h. Error (usage): no such run, or more than can be compared.
[[nodiscard]] Result<SelectedRuns> select(const std::filesystem::path& reports,
                                          const std::string& selector);

// `here`: the command as it was typed, with its --reports. A run that was never reported counts
// as one without an audit. Errors: a side would have no run of its own (usage), a damaged run
// (environment).
[[nodiscard]] Result<report::Comparison> compare_runs(const SelectedRuns& a, const SelectedRuns& b,
                                                      const Invocation& here);

// comparison.html, comparison.md and comparison.json; the directory is made where it is missing.
// The page has the samples of the runs, too, where they can be read.
[[nodiscard]] Result<> save_comparison(const report::Comparison& comparison,
                                       const std::filesystem::path& directory);

}  // namespace votebench::run
