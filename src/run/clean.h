// Takes what a stored run left in queue and table out again, and nothing else.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/result.h"
#include "vote/target_settings.h"

namespace votebench::run {

struct CleanRequest {
  std::filesystem::path reports = "reports";
  std::string run;
  std::optional<TargetSettings> target;  // nothing: where the run went
  bool assume_yes = false;               // else a person is asked at the terminal
};

// What would go, counted, and whether it did. Errors: as of open_stored_run; stores that are not
// those of the run, or cannot be reached (environment); no terminal to ask at (usage). Before the
// first removal the run is marked, so that a later verification takes no absence for loss.
[[nodiscard]] Result<> clean_run(const CleanRequest& request);

}  // namespace votebench::run
