// What the attempts and samples say in numbers: HTTP latencies, generator lag, rates by level.
// The parts of make_report() that read the long lists; each reads them once.
#pragma once

#include <algorithm>

#include "report/report.h"

namespace votebench::report {

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
[[nodiscard]] Selection measured_part(const ReportInput& input);

// Latency describes accepted votes: an attempt that was not accepted (an error, no answer, never
// started although due) counts as slower than every accepted one, so failing fast cannot look like
// being fast. Attempts due in the warm-up are left out.
struct HttpMeasures {
  Latency response;  // done - planned
  Latency service;   // done - started
  Histogram lag;     // started - planned; open workloads only
  Level sent;        // left us, at least in part
  Level accepted;
  Nanoseconds last_start{};  // after t0
  Accounting selected;       // of the attempts of the part; nothing planned, nothing never started
};
[[nodiscard]] HttpMeasures measure_http(const ReportInput& input, const Selection& part);

// Queue (pushes) and table (rows), from the samples.
struct StoreMeasures {
  Level queued;
  Level written;
  std::optional<double> written_best_10s_per_s;
};
[[nodiscard]] StoreMeasures measure_stores(const ReportInput& input, const Selection& part);

// From the start of an attempt to the commit of its row (end_to_end.cpp).
[[nodiscard]] Latency measure_stored(const ReportInput& input, const Selection& part);

// `per_second` of a phase; nothing for an empty phase.
[[nodiscard]] std::optional<double> rate(std::uint64_t votes, Nanoseconds phase);

[[nodiscard]] bool is_closed(const scenario::Workload& workload);

}  // namespace votebench::report
