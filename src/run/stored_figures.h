// What comparisons and trends read of stored runs, and the pages that they leave. Reads run
// directories only: neither target nor secrets.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"
#include "report/compare/history.h"

namespace votebench::run {

// A run that was never reported counts as one without an audit. Error (environment): a damaged run.
[[nodiscard]] Result<report::RunFigures> stored_figures(const std::filesystem::path& run);

// Of one scenario, at most so many, the newest: reading them is a matter of seconds.
inline constexpr std::size_t kMostStored = 1000;
struct StoredHistory {
  std::vector<report::RunFigures> runs;
  std::vector<report::LeftOut> damaged;
};
[[nodiscard]] StoredHistory stored_history(const std::filesystem::path& reports,
                                           const std::string& scenario);

// The same page in three formats, as NAME.html, NAME.md and NAME.json; the directory is made where
// it is missing. Errors: it is "-" (usage), it cannot be written.
struct Pages {
  std::string html, markdown, json;
};
[[nodiscard]] Result<> save_pages(const std::filesystem::path& directory, const std::string& name,
                                  const Pages& pages);

}  // namespace votebench::run
