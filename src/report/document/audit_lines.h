// The audit in lines, worst first, and what is said of the result page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/document/document.h"
#include "report/report.h"

namespace votebench::report {

struct AuditLine {
  State state = State::remark;
  std::string name;                        // "lost"
  std::optional<std::uint64_t> count = 0;  // nothing: it is not known
  std::string text;                        // what it means, one clause
  std::vector<std::string> details;        // when, who; text of others in it is not yet made safe
};

[[nodiscard]] State state_of(const ThresholdResult& threshold);

// Classes without votes are left out, but for `persisted`. Rows of strangers are in audit.notes.
[[nodiscard]] std::vector<AuditLine> audit_lines(const Report& report);

// "39,350 accepted votes of 31,480 voters + 20 probes against" what holds the table.
[[nodiscard]] std::string audit_subject(const Report& report);

// good: it shows what the table holds; warning: it does not; open: that is not known.
[[nodiscard]] State state_of(const PageEvidence& page);

// "shows what the table holds: a 1,110, b 910", "620 votes off: a 490 for 1,110", "not compared
// with the table: WHY"; empty where no page is known. Text of others in it is not yet made safe.
[[nodiscard]] std::string result_page_text(const PageEvidence& page);

}  // namespace votebench::report
