// What is said of the result page: its numbers against the table's.
#pragma once

#include <string>

#include "report/document/document.h"
#include "report/measures/measured.h"
#include "vote/evidence.h"

namespace votebench::report {

// good: it shows what the table holds; warning: it does not; open: that is not known.
[[nodiscard]] State state_of(const PageEvidence& page);

// "shows what the table holds: a 1,110, b 910", "620 votes off: a 490 for 1,110", "not compared
// with the table: WHY"; empty where no page is known. Text of others in it is not yet made safe.
[[nodiscard]] std::string result_page_text(const PageEvidence& page);

}  // namespace votebench::report
