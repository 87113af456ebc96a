// The exit status of the program. When several rows of the table fit, the highest one wins.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/result.h"
#include "vote/evidence.h"
#include "vote/verdict.h"

namespace votebench::report {

enum class ExitCode : int {
  passed = 0,
  audit_failed = 1,
  usage = 2,
  inconclusive = 3,
  threshold_failed = 4,
  regression = 5,
  environment = 6,
  internal = 70,
  interrupted = 130,
  terminated = 143,
};

struct ExitFacts {
  std::optional<ErrorKind> error;      // what kept the run from reaching its verdict
  std::optional<VerdictKind> verdict;  // of the audit; nothing when none was reached
  StopCause stopped = StopCause::none;
  bool every_vote_sent = false;  // of the plan, before it was stopped
  bool audit_finished = true;    // false: a second signal ended the drain or the audit
  bool threshold_failed = false;
  bool threshold_unmeasured = false;  // a threshold without a valid measurement
  bool regression = false;            // confirmed by a comparison
};

[[nodiscard]] ExitCode exit_code(const ExitFacts& facts);
// Of a command that an error ended.
[[nodiscard]] ExitCode exit_code_of(ErrorKind error);

// The one that stands higher in the table.
[[nodiscard]] ExitCode higher(ExitCode one, ExitCode other);

struct ExitMeaning {
  ExitCode code;
  std::string_view summary;     // one line for --help and the manual
  std::string_view brief = {};  // after "exit N: "; empty: the summary
};
// Every row, the highest first.
[[nodiscard]] std::span<const ExitMeaning> exit_table();
// "audit failed": what follows "exit N: ".
[[nodiscard]] std::string_view exit_words(ExitCode code);

}  // namespace votebench::report
