// What is said of the result page: its numbers against the table's.
#pragma once

#include <cstdint>
#include <string>

#include "report/audit_lines.h"
#include "vote/evidence.h"

namespace votebench::report {

// Votes that the page shows too many or too few, added up over all choices. Required: compared.
[[nodiscard]] std::uint64_t difference(const PageEvidence& page);

// good: it shows what the table holds; warning: it does not; open: that is not known.
[[nodiscard]] State state_of(const PageEvidence& page);

// "shows what the table holds: a 1,110, b 910", "620 votes off: a 490 for 1,110", "not compared
// with the table: WHY"; empty where no page is known. Text of others in it is not yet made safe.
[[nodiscard]] std::string result_page_text(const PageEvidence& page);

}  // namespace votebench::report
