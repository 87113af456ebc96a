// The numbers of a run or of a part of it: measured once from the attempts, the samples and the
// rows. Thresholds, the live view and every page read them from here; measures.h has them by name.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "ledger/record.h"
#include "report/measures/latency.h"
#include "scenario/scenario.h"
#include "vote/attempt.h"
#include "vote/evidence.h"
#include "vote/unaccepted.h"
#include "vote/verdict.h"

namespace votebench::report {

// What the plan says of an open load and no record holds.
struct PlannedLoad {
  double rate_per_s = 0;  // mean over the planned time; 0 where a workload is closed
  // For every vote that was due before the load ended and never started, the time from its due time
  // to the end of the load. Votes due in the warm-up are left out.
  Histogram never_started_waits{};
};

// A run with its votes, as everything is measured from it. References must outlive what is made
// from it.
struct RunView {
  const scenario::Scenario& scenario;
  const ledger::RunRecord& record;
  const AttemptHistory& attempts;
  PlannedLoad planned{};
};

// A part of a run: votes of one workload, votes due and samples taken from `from` on, before `to`.
struct Selection {
  std::optional<WorkloadIndex> workload;  // nothing: all of them
  Nanoseconds from{};
  std::optional<Nanoseconds> to;  // nothing: to the end

  // The planned time of an attempt; its start in a closed model.
  [[nodiscard]] static Nanoseconds due(const Attempt& attempt) {
    return std::max(attempt.started() - attempt.lag(), Nanoseconds(0));
  }
  [[nodiscard]] bool holds(Nanoseconds time) const { return time >= from && (!to || time < *to); }
  [[nodiscard]] bool holds(const Attempt& attempt) const {
    return (!workload || attempt.workload == *workload) && holds(due(attempt));
  }
  friend bool operator==(const Selection&, const Selection&) = default;
};
// What rates and times of a run are about: everything after the warm-up.
[[nodiscard]] Selection measured_part(const RunView& run);

// The mean covers the part that was selected, with the planned time of an open model (and to the
// last row, where that came later), the count the whole run. No mean is above its peak.
struct Level {
  bool known = false;
  std::uint64_t votes = 0;
  std::optional<double> mean_per_s;
  std::optional<double> peak_per_s;  // the busiest second; nothing below one second
  std::string why_not;               // not known: a clause for people, where there is one to say
};

// A value that lies in [low, high]; high may be infinite. Not known: `why`, one clause.
struct Measurement {
  bool known = false;
  double low = 0;
  double high = 0;
  std::string why;
  std::optional<double> likely{};  // the one to state; nothing: `high`, or `low` where that is all

  [[nodiscard]] static Measurement unknown(std::string why) {
    return {false, 0, 0, std::move(why), {}};
  }
  [[nodiscard]] static Measurement exactly(double value) { return {true, value, value, {}, {}}; }
};

// Latency describes accepted votes: an attempt that was not accepted (an error, no answer, never
// started although due) counts as slower than every accepted one, so failing fast cannot look like
// being fast. Attempts due in the warm-up are left out.
struct Measured {
  Level sent, accepted, queued, written;
  std::optional<double> written_best_10s_per_s;  // "written.rate.max"
  Latency response;                              // done - planned
  Latency service;                               // done - started
  Latency stored;                                // commit - planned, "end to end"
  Histogram lag;                                 // started - planned; open workloads only
  Nanoseconds last_start{};                      // after t0
  // Of a part: of its attempts, nothing planned and nothing never started.
  Accounting accounting;
  Measurement depth = Measurement::unknown("no queue is known");  // the most that were queued
  // Of the whole run only.
  Measurement drain = Measurement::unknown("the run did not come to its drain");  // seconds
  Measurement page = Measurement::unknown("no result page is known");  // votes too many or few
};
[[nodiscard]] Measured measure_part(const RunView& run, const Selection& part);
// measured_part(), with what only a whole run has; `counted`: the audit's.
[[nodiscard]] Measured measure_run(const RunView& run, const Accounting& counted);

// It was not refused, and it left us or may have.
[[nodiscard]] bool may_be_stored(const Attempt& attempt);

// From the time an attempt was due to the commit of its row (end_to_end.cpp).
// `see` gets every vote that has its row: when it was due, and how long it took (at most).
using SeeStored = std::function<void(Nanoseconds due, Nanoseconds took)>;
[[nodiscard]] Latency measure_stored(const RunView& run, const Selection& part,
                                     const SeeStored& see = {});

// Rows that were seen clearly before the commit that they carry: at least so many were written
// again, by no vote of their voters, so that commit times do not tell when votes were stored
// (rewritten.cpp). A worker that saves a vote twice is none of it.
[[nodiscard]] std::uint64_t rewritten_rows(const RunView& run);

// Rows of the run; where no row tells its voter, how many more rows or counts there are.
[[nodiscard]] std::uint64_t rows_written(const RunView& run);

// Elements that this run pushed, where the counter of pushes tells it.
struct Pushes {
  std::optional<std::uint64_t> count;
  std::string why_not;  // a clause for people; empty where they are known, or were not counted
};
[[nodiscard]] Pushes pushes_of(const Evidence& evidence);

// Votes that the result page shows too many or too few, added up over all choices. Required:
// compared.
[[nodiscard]] std::uint64_t difference(const PageEvidence& page);

// Of the votes that count for or against a pass: those without a clear answer.
[[nodiscard]] double unknown_share(const Accounting& sum, StopCause stopped);

// Counts one attempt of which the outcome is known; none is one without an answer.
void count(Accounting& sum, Outcome outcome);
// The most that were queued in this sample, or before.
void see_depth(Measurement& depth, std::uint64_t queued);

// A counter as the sampler saw it, ascending in time.
struct CounterPoint {
  Nanoseconds at{};
  double value = 0;
};
struct SampledCounter {
  bool Sample::*seen = nullptr;
  std::uint64_t Sample::*value = nullptr;
  // The run's own: what the samples count beyond it are trailing votes. Nothing: not known.
  std::optional<std::uint64_t> at_most{};
};
[[nodiscard]] std::vector<CounterPoint> counter(const std::vector<Sample>& samples,
                                                const Selection& part, const SampledCounter& which);

// Does a vote wait for the one before it, so that no vote is late?
[[nodiscard]] bool is_closed(const scenario::Workload& workload);

// `per_second` of a phase; nothing for an empty phase.
[[nodiscard]] std::optional<double> rate(std::uint64_t votes, Nanoseconds phase);

// Was the generator good enough for what the report says about rates and latencies? An invalid one
// voids those statements and the thresholds on them. It never touches the audit: whether a vote is
// stored does not depend on when it was sent.

// A vote that left later than this after its due time spoils the measurement (load.h counts votes
// as late, for those who watch the load, far earlier). Lag is part of the response time, so it
// makes a target look slower, never faster. A sleeping thread wakes within 0.1 ms on an idle core
// and within a few scheduler slices (3-6 ms) on a shared one: beyond 10 ms it was not the target
// that was measured.
inline constexpr Nanoseconds kMaxLag = std::chrono::milliseconds(10);
// p99 is the highest percentile that scenarios usually set limits on: if at most 1 % are late, it
// is not made of lag. Late votes that the in-flight limit explains are the target's, not ours.
inline constexpr double kMaxLateShare = 0.01;
// Votes that were due and never started are missing from the offered load; above one in a thousand
// the load was not the scenario's.
inline constexpr double kMaxNeverStartedShare = 0.001;
// Offered rate against planned rate: two percent below, and "400/s" was not 400/s.
inline constexpr double kMinAchievedShare = 0.98;
// The busiest second is found from samples; a gap this long hides one.
inline constexpr Nanoseconds kMaxSamplerGap = std::chrono::seconds(2);
// In runs whose servers' clocks were read once: end-to-end times compare two wall clocks; 10 ms is
// below what they are used to tell apart.
inline constexpr Nanoseconds kMaxClockStep = std::chrono::milliseconds(10);
// A thread that is due wakes later than this only where the whole program stood still.
inline constexpr Nanoseconds kMaxStandstill = std::chrono::seconds(1);
// Below this share of stolen CPU time lag alone decides; above it is worth saying.
inline constexpr double kNotableSteal = 0.05;

// Why end-to-end times do not hold, a clause: "the clock of NAME was set back by 1m00s". Empty:
// they do.
[[nodiscard]] std::string clock_fault(const ledger::RunRecord& record);

struct Validity {
  bool load = true;                  // the votes left as planned: rates and HTTP latencies hold
  bool samples = true;               // the sampler kept its cadence: queue and written rates hold
  bool clocks = true;                // the servers' clocks were not set: end-to-end times hold
  std::string clock_fault;           // clock_fault()
  std::vector<std::string> reasons;  // one per thing that does not hold
  std::vector<std::string> notes;    // worth knowing, voids nothing
  [[nodiscard]] bool all() const { return load && samples && clocks; }
};
// `measured`: of the whole run. `unaccepted`: its votes, as the audit has counted them.
[[nodiscard]] Validity judge_generator(const RunView& run, const Measured& measured,
                                       const std::vector<Unaccepted>& unaccepted);

}  // namespace votebench::report
