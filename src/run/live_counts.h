// What the senders' counters say while votes are sent, in the words of the report: "sent" is what
// left this machine.
#pragma once

#include "load/load.h"
#include "report/live/progress.h"
#include "vote/evidence.h"

namespace votebench::run {

// Sample::sent, acked and failed.
void count_votes(const load::LoadCounters& counters, Sample& sample);
// The votes of `now`, errors, unknown and why.
void count_votes(const load::LoadCounters& counters, report::ProgressState& state);

}  // namespace votebench::run
