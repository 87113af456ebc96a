// The audit in lines, worst first: what the terminal and Markdown summaries have in common.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "report/document/document.h"
#include "report/report.h"

namespace votebench::report {

struct AuditLine {
  State state = State::remark;
  std::string name;  // "lost"
  std::uint64_t count = 0;
  std::string text;                  // what it means, one clause
  std::vector<std::string> details;  // when, who; text of others in it is not yet made safe
};

[[nodiscard]] State state_of(const ThresholdResult& threshold);

// Classes without votes are left out, but for `persisted`. Rows of strangers are in audit.notes.
[[nodiscard]] std::vector<AuditLine> audit_lines(const Report& report);

// "39,350 accepted votes of 31,480 voters + 20 probes against PostgreSQL".
[[nodiscard]] std::string audit_subject(const Report& report);

}  // namespace votebench::report
