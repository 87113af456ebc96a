// Stored runs of one scenario over many nights. Reads run directories only.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/result.h"
#include "report/trend/trend.h"

namespace votebench::run {

struct WantedTrend {
  std::filesystem::path reports;
  std::string scenario;             // empty: that of the newest run
  std::optional<std::size_t> last;  // nights, the newest
};

// `here`: the command as it was typed. Error (usage): there is no run of this scenario.
[[nodiscard]] Result<report::Trend> trend_of_runs(const WantedTrend& wanted,
                                                  const Invocation& here);

// trend.html, trend.md and trend.json, as save_pages() does.
[[nodiscard]] Result<> save_trend(const report::Trend& trend,
                                  const std::filesystem::path& directory);

}  // namespace votebench::run
