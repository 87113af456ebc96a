// From the parts of a report to what it says at the top and at the bottom: verdict, exit status,
// headline, reasons, advice and the commands to type next.
#pragma once

#include "report/report.h"

namespace votebench::report {

// Fills verdict, exit, headline, reasons, advice and next of a report that is otherwise complete.
void conclude(Report& report, const ReportInput& input);

}  // namespace votebench::report
