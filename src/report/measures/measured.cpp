#include "report/measures/measured.h"

#include <limits>
#include <variant>

namespace votebench::report {
namespace {

using std::chrono::seconds;

bool left_us(const Attempt& attempt) { return attempt.outcome != Outcome::not_sent; }

// Votes per second of the time axis, from the first whole second of the measured phase on.
class SecondCounts {
 public:
  explicit SecondCounts(Nanoseconds from)
      : first_((from + seconds(1) - Nanoseconds(1)) / seconds(1)) {}

  void add(Nanoseconds at) {
    const std::int64_t second = at / seconds(1) - first_;
    if (second < 0) return;
    if (counts_.size() <= static_cast<std::size_t>(second))
      counts_.resize(static_cast<std::size_t>(second) + 1);
    ++counts_[static_cast<std::size_t>(second)];
  }

  // Below one second of measured time there is no second to be the busiest.
  [[nodiscard]] std::optional<double> busiest(Nanoseconds measured) const {
    if (measured < seconds(1)) return std::nullopt;
    if (counts_.empty()) return 0;
    return static_cast<double>(*std::max_element(counts_.begin(), counts_.end()));
  }

 private:
  std::int64_t first_;
  std::vector<std::uint32_t> counts_;
};

// Where the busiest of the whole seconds cuts the load badly, the mean is known to have been
// reached.
Level level_of(std::uint64_t votes, std::optional<double> mean, std::optional<double> peak) {
  if (mean && peak) peak = std::max(*peak, *mean);
  return {true, votes, mean, peak, {}};
}

class AttemptPass {
 public:
  AttemptPass(const RunView& run, const Selection& part, Measured& measured)
      : measures_(measured),
        part_(part),
        end_(std::min(part.to.value_or(run.record.load.length), run.record.load.length)),
        load_(run.record.load.length),
        sent_seconds_(part.from),
        accepted_seconds_(part.from) {
    for (const scenario::Workload& workload : run.scenario.workloads)
      closed_.push_back(is_closed(workload));
    measures_.response.kind = measures_.service.kind = LatencyKind::exact;
    // Of which workload and of which time they were is not known: in a part nothing is known of
    // them but that they were slower than all others.
    const Histogram& waits = run.planned.never_started_waits;
    if (part == measured_part(run))
      measures_.response.unfinished.merge(waits);
    else if (waits.count() > 0)
      measures_.response.unfinished.record(Nanoseconds(0), waits.count());
  }

  void visit(const Attempt& attempt) {
    measures_.last_start = std::max(measures_.last_start, attempt.started());
    if (part_.workload && attempt.workload != *part_.workload) return;
    count(attempt);
    if (!part_.holds(attempt)) return;
    report::count(measures_.accounting, attempt.outcome);
    if (attempt.workload >= closed_.size() || !closed_[attempt.workload])
      measures_.lag.record(attempt.lag());
    const Nanoseconds service = attempt.state == AttemptState::concluded
                                    ? attempt.service_time()
                                    : std::max(load_ - attempt.started(), Nanoseconds(0));
    const bool accepted = attempt.outcome == Outcome::acked;
    const auto add = [&](Latency& latency, Nanoseconds time) {
      (accepted ? latency.finished : latency.unfinished).record(time);
    };
    add(measures_.response, attempt.lag() + service);
    add(measures_.service, service);
  }

  void finish() && {
    const Nanoseconds measured = end_ - part_.from;
    Level& sent = measures_.sent;
    Level& accepted = measures_.accepted;
    sent = level_of(sent.votes, rate(measured_sent_, measured), sent_seconds_.busiest(measured));
    accepted = level_of(accepted.votes, rate(measured_accepted_, measured),
                        accepted_seconds_.busiest(measured));
  }

 private:
  // What left and what was accepted by the clock; the totals are of the whole run.
  void count(const Attempt& attempt) {
    if (!left_us(attempt)) return;
    ++measures_.sent.votes;
    if (part_.holds(attempt.started())) {
      sent_seconds_.add(attempt.started());
      ++measured_sent_;
    }
    if (attempt.outcome != Outcome::acked) return;
    const Nanoseconds done = attempt.started() + attempt.service_time();
    ++measures_.accepted.votes;
    if (!part_.holds(done)) return;
    accepted_seconds_.add(done);
    ++measured_accepted_;
  }

  Measured& measures_;
  Selection part_;
  Nanoseconds end_;
  Nanoseconds load_;
  std::vector<bool> closed_;  // by workload
  SecondCounts sent_seconds_;
  SecondCounts accepted_seconds_;
  std::uint64_t measured_sent_ = 0;
  std::uint64_t measured_accepted_ = 0;
};

double slope(const CounterPoint& from, const CounterPoint& to) {
  if (to.value <= from.value) return 0;
  return (to.value - from.value) / in_seconds(to.at - from.at);
}

// The steepest rise over a window of at least `window`; nothing when there is no such window.
std::optional<double> steepest(const std::vector<CounterPoint>& points, Nanoseconds window) {
  std::optional<double> best;
  std::size_t to = 0;
  for (const CounterPoint& from : points) {
    while (to < points.size() && points[to].at - from.at < window) ++to;
    if (to == points.size()) break;
    best = std::max(best.value_or(0), slope(from, points[to]));
  }
  return best;
}

// The rise per second from t0, where the counters are zero, or from the first look at the part, to
// the end of the load, or until the last value was reached where that came later; of a part with an
// end, to the last look at it.
std::optional<double> mean_rise(const std::vector<CounterPoint>& points, const Selection& part,
                                Nanoseconds load) {
  if (points.empty()) return std::nullopt;
  const auto reached = std::find_if(points.begin(), points.end(), [&](const CounterPoint& p) {
    return p.value == points.back().value;
  });
  const bool whole = part.from == Nanoseconds(0);
  const Nanoseconds since = whole ? Nanoseconds(0) : points.front().at;
  const Nanoseconds until = part.to ? points.back().at : std::max(reached->at, load);
  if (until <= since) return std::nullopt;
  return (points.back().value - (whole ? 0 : points.front().value)) / in_seconds(until - since);
}

}  // namespace

std::uint64_t rows_written(const RunView& run) {
  const RowEvidence& rows = run.record.evidence.rows;
  if (run.record.begin.identity != IdentityMode::none) return rows.rows.own.size();
  return rows.rows_end - std::min(rows.rows_end, rows.rows_start);
}

namespace {

void measure_stores(Measured& measured, const RunView& run, const Selection& part) {
  const QueueEvidence& queue = run.record.evidence.queue;
  const RowEvidence& rows = run.record.evidence.rows;
  const std::vector<Sample>& samples = run.record.samples;
  const Nanoseconds load = run.record.load.length;
  const Pushes pushes = pushes_of(run.record.evidence);
  measured.queued.why_not = pushes.why_not;
  if (pushes.count) {
    const auto points = counter(samples, part, {&Sample::has_queue, &Sample::pushed, pushes.count});
    measured.queued =
        level_of(*pushes.count, mean_rise(points, part, load), steepest(points, seconds(1)));
  }
  if (queue.configured)
    for (const Sample& sample : samples)
      if (sample.has_queue && part.holds(sample.at)) see_depth(measured.depth, sample.queue_depth);
  if (rows.configured && rows.readable) {
    const auto points = counter(samples, part, {&Sample::has_rows, &Sample::rows_written});
    measured.written =
        level_of(rows_written(run), mean_rise(points, part, load), steepest(points, seconds(1)));
    measured.written_best_10s_per_s = steepest(points, seconds(10));
    if (measured.written_best_10s_per_s && measured.written.mean_per_s)
      measured.written_best_10s_per_s =
          std::max(*measured.written_best_10s_per_s, *measured.written.mean_per_s);
  }
}

}  // namespace

bool is_closed(const scenario::Workload& workload) {
  if (const auto* burst = std::get_if<scenario::Burst>(&workload.executor))
    return !burst->within.has_value();
  return std::holds_alternative<scenario::ConstantClients>(workload.executor);
}

std::optional<double> rate(std::uint64_t votes, Nanoseconds phase) {
  if (phase <= Nanoseconds(0)) return std::nullopt;
  return static_cast<double>(votes) / in_seconds(phase);
}

Selection measured_part(const RunView& run) {
  return {std::nullopt, run.scenario.warm_up, std::nullopt};
}

std::vector<CounterPoint> counter(const std::vector<Sample>& samples, const Selection& part,
                                  const SampledCounter& which) {
  std::vector<CounterPoint> points;
  for (const Sample& sample : samples)
    if (sample.*which.seen && part.holds(sample.at))
      points.push_back({sample.at, static_cast<double>(std::min(
                                       sample.*which.value, which.at_most.value_or(UINT64_MAX)))});
  return points;
}

Pushes pushes_of(const Evidence& evidence) {
  const QueueEvidence& queue = evidence.queue;
  if (!queue.configured || !queue.pushed) return {};
  if (queue.shares_pushes) return {{}, "others push, too"};
  if (queue.pushes_undercount || *queue.pushed < evidence.rows.rows.own.size())
    return {{}, "votes share pushes"};
  return {queue.pushed, {}};
}

bool may_be_stored(const Attempt& attempt) {
  return attempt.outcome != Outcome::not_sent && attempt.outcome != Outcome::rejected;
}

std::uint64_t difference(const PageEvidence& page) {
  std::uint64_t sum = 0;
  const auto shown = [&](const std::string& choice) {
    const auto found = page.shown.find(choice);
    return found == page.shown.end() ? 0 : found->second;
  };
  for (const auto& [choice, stored] : page.stored)
    sum += std::max(stored, shown(choice)) - std::min(stored, shown(choice));
  for (const auto& [choice, votes] : page.shown)
    if (!page.stored.contains(choice)) sum += votes;
  return sum;
}

double unknown_share(const Accounting& sum, StopCause stopped) {
  const std::uint64_t votes = stopped == StopCause::threshold ? sum.started() : sum.planned;
  return votes == 0 ? 0 : static_cast<double>(sum.ambiguous) / static_cast<double>(votes);
}

void count(Accounting& sum, Outcome outcome) {
  (outcome == Outcome::acked      ? sum.acked
   : outcome == Outcome::rejected ? sum.rejected
   : outcome == Outcome::not_sent ? sum.not_sent
                                  : sum.ambiguous) += 1;
}

void see_depth(Measurement& depth, std::uint64_t queued) {
  depth = Measurement::exactly(std::max(depth.high, static_cast<double>(queued)));
}

Measured measure_part(const RunView& run, const Selection& part) {
  Measured measured;
  AttemptPass pass(run, part, measured);
  run.attempts.for_each([&](AttemptNumber, const Attempt& attempt) { pass.visit(attempt); });
  std::move(pass).finish();
  measure_stores(measured, run, part);
  measured.stored = measure_stored(run, part);
  return measured;
}

Measured measure_run(const RunView& run, const Accounting& counted) {
  const auto& [queue, rows, settlement, page] = run.record.evidence;
  Measured measured = measure_part(run, measured_part(run));
  measured.accounting = counted;
  if (queue.configured) measured.depth = Measurement::exactly(static_cast<double>(queue.depth_max));
  measured.drain = Measurement::exactly(in_seconds(settlement.drain));
  if (!settlement.settled()) measured.drain.high = std::numeric_limits<double>::infinity();
  if (page.compared)
    measured.page = Measurement::exactly(static_cast<double>(difference(page)));
  else if (page.configured)
    measured.page = Measurement::unknown(page.why_not);
  return measured;
}

}  // namespace votebench::report
