// Rows whose commit time is that of a later writing, by whoever did it.
#include <algorithm>

#include "report/measures/measured.h"

namespace votebench::report {
namespace {

constexpr Nanoseconds kAnyTime = Nanoseconds::min();
// Samples tell times no better than this: a commit that is later by less is as good.
constexpr Nanoseconds kResolution = std::chrono::milliseconds(250);

// By voter.
std::vector<std::uint32_t> count_votes(const AttemptHistory& attempts) {
  std::vector<std::uint32_t> votes;
  attempts.for_each([&](AttemptNumber, const Attempt& attempt) {
    if (votes.size() <= attempt.voter) votes.resize(std::size_t{attempt.voter} + 1);
    if (may_be_stored(attempt)) ++votes[attempt.voter];
  });
  return votes;
}

// When each row was committed, after t0 and not earlier than said here; ascending. Where one row
// holds a voter's votes, a second vote of the voter may have written it again.
std::vector<Nanoseconds> commit_times(const RunView& run, const ClockOffset& clock) {
  const bool last_wins = run.record.evidence.rows.model == TableModel::last_wins;
  const std::vector<std::uint32_t> votes = count_votes(run.attempts);
  std::vector<Nanoseconds> times;
  for (const OwnRow& row : run.record.evidence.rows.rows.own) {
    const bool once = row.voter < votes.size() && votes[row.voter] == 1;
    const Nanoseconds committed = Nanoseconds(row.committed_ns) - clock.offset - clock.uncertainty -
                                  run.record.begin.t0_wall.time_since_epoch();
    times.push_back(row.committed_ns == 0 || (last_wins && !once) ? kAnyTime : committed);
  }
  std::ranges::sort(times);
  return times;
}

}  // namespace

std::uint64_t rewritten_rows(const RunView& run) {
  const RowEvidence& rows = run.record.evidence.rows;
  const auto clock = offset_of(ServerClock::Of::rows, run.record.clock_readings());
  if (!clock || rows.values_changed) return 0;
  const std::vector<Nanoseconds> times = commit_times(run, *clock);
  std::uint64_t most_seen = 0;
  for (const Sample& sample : run.record.samples)
    if (sample.has_rows) most_seen = std::max(most_seen, sample.rows_written);
  // Rows that looks counted and the last reading does not show may be of any time.
  const std::uint64_t gone = most_seen - std::min<std::uint64_t>(most_seen, times.size());
  std::uint64_t rewritten = 0;
  for (const Sample& sample : run.record.samples) {
    if (!sample.has_rows) continue;
    const auto committed = static_cast<std::uint64_t>(
        std::ranges::upper_bound(times, sample.at + kResolution) - times.begin() + gone);
    rewritten = std::max(rewritten, sample.rows_written - std::min(sample.rows_written, committed));
  }
  return rewritten;
}

}  // namespace votebench::report
