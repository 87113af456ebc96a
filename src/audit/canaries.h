// The auditor's own check: before every verdict a synthetic history with one defect of every class
// is judged, and each defect must be reported, in its class and in no other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audit/audit.h"

namespace votebench::audit {

struct CanaryReport {
  std::uint64_t passed = 0;
  std::uint64_t total = 0;
  std::vector<std::string> failed;  // the canaries that were not recognised
};

// Takes well under a millisecond.
[[nodiscard]] CanaryReport run_canaries(Verdict (*judge_one)(const AuditInput&));

}  // namespace votebench::audit
