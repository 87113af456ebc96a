#include "run/live_counts.h"

#include "vote/unaccepted.h"

namespace votebench::run {

// `not_sent` is read before `started`: a vote is started before it turns out that it cannot be
// sent.

void count_votes(const load::LoadCounters& counters, Sample& sample) {
  const std::uint64_t not_sent = counters.not_sent.load();
  sample.sent = counters.started.load() - not_sent;
  sample.acked = counters.acked.load();
  sample.failed = counters.concluded() - sample.acked;
}

void count_votes(const load::LoadCounters& counters, report::ProgressState& state) {
  state.not_sent = counters.not_sent.load();
  state.now.sent = counters.started.load() - state.not_sent;
  state.now.accepted = counters.acked.load();
  state.errors = counters.rejected.load() + state.not_sent;
  state.unknown = counters.ambiguous.load();
  state.not_accepted = list_of(counters.unaccepted());
}

}  // namespace votebench::run
