#include "report/measure.h"

#include <algorithm>
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

class AttemptPass {
 public:
  AttemptPass(const ReportInput& input, const Selection& part)
      : part_(part),
        end_(std::min(part.to.value_or(input.load), input.load)),
        load_(input.load),
        sent_seconds_(part.from),
        accepted_seconds_(part.from) {
    for (const scenario::Workload& workload : input.scenario.workloads)
      closed_.push_back(is_closed(workload));
    measures_.response.kind = measures_.service.kind = LatencyKind::exact;
    // Of which workload and of which time they were is not known: in a part nothing is known of
    // them but that they were slower than all others.
    const Histogram& waits = input.generator.never_started_waits;
    if (part == measured_part(input))
      measures_.response.unfinished.merge(waits);
    else if (waits.count() > 0)
      measures_.response.unfinished.record(Nanoseconds(0), waits.count());
  }

  void visit(const Attempt& attempt) {
    measures_.last_start = std::max(measures_.last_start, attempt.started());
    if (part_.workload && attempt.workload != *part_.workload) return;
    count(attempt);
    if (!part_.holds(attempt)) return;
    add_outcome(attempt.outcome);
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

  [[nodiscard]] HttpMeasures finish() && {
    const Nanoseconds measured = end_ - part_.from;
    measures_.sent.mean_per_s = rate(measured_sent_, measured);
    measures_.sent.peak_per_s = sent_seconds_.busiest(measured);
    measures_.accepted.mean_per_s = rate(measured_accepted_, measured);
    measures_.accepted.peak_per_s = accepted_seconds_.busiest(measured);
    measures_.sent.known = measures_.accepted.known = true;
    return std::move(measures_);
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

  // An intent without a conclusion is one without an answer.
  void add_outcome(Outcome outcome) {
    Accounting& sum = measures_.selected;
    (outcome == Outcome::acked      ? sum.acked
     : outcome == Outcome::rejected ? sum.rejected
     : outcome == Outcome::not_sent ? sum.not_sent
                                    : sum.ambiguous) += 1;
  }

  Selection part_;
  Nanoseconds end_;
  Nanoseconds load_;
  std::vector<bool> closed_;  // by workload
  HttpMeasures measures_;
  SecondCounts sent_seconds_;
  SecondCounts accepted_seconds_;
  std::uint64_t measured_sent_ = 0;
  std::uint64_t measured_accepted_ = 0;
};

// A counter over time, as the sampler saw it.
struct Point {
  Nanoseconds at{};
  std::uint64_t value = 0;
};

double slope(const Point& from, const Point& to) {
  if (to.value <= from.value) return 0;
  return static_cast<double>(to.value - from.value) / in_seconds(to.at - from.at);
}

// The steepest rise over a window of at least `window`; nothing when there is no such window.
std::optional<double> steepest(const std::vector<Point>& points, Nanoseconds window) {
  std::optional<double> best;
  std::size_t to = 0;
  for (const Point& from : points) {
    while (to < points.size() && points[to].at - from.at < window) ++to;
    if (to == points.size()) break;
    best = std::max(best.value_or(0), slope(from, points[to]));
  }
  return best;
}

std::vector<Point> points_of(const ReportInput& input, const Selection& part, bool Sample::*seen,
                             std::uint64_t Sample::*value) {
  std::vector<Point> points;
  for (const Sample& sample : input.samples)
    if (sample.*seen && part.holds(sample.at)) points.push_back({sample.at, sample.*value});
  return points;
}

// The mean rise until the last value was reached.
std::optional<double> mean_rise(const std::vector<Point>& points) {
  const auto reached = std::find_if(points.begin(), points.end(),
                                    [&](const Point& p) { return p.value == points.back().value; });
  if (reached == points.end() || reached->at <= points.front().at) return std::nullopt;
  return slope(points.front(), *reached);
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

Selection measured_part(const ReportInput& input) {
  return {std::nullopt, input.scenario.warm_up, std::nullopt};
}

HttpMeasures measure_http(const ReportInput& input, const Selection& part) {
  AttemptPass pass(input, part);
  input.attempts.for_each([&](AttemptNumber, const Attempt& attempt) { pass.visit(attempt); });
  return std::move(pass).finish();
}

StoreMeasures measure_stores(const ReportInput& input, const Selection& part) {
  StoreMeasures measures;
  if (input.queue.configured && input.queue.pushed) {
    const auto points = points_of(input, part, &Sample::has_queue, &Sample::pushed);
    measures.queued = {true, *input.queue.pushed, mean_rise(points), steepest(points, seconds(1))};
  }
  if (input.rows.configured && input.rows.readable) {
    const auto points = points_of(input, part, &Sample::has_rows, &Sample::rows_written);
    measures.written = {true, input.rows.rows.own.size(), mean_rise(points),
                        steepest(points, seconds(1))};
    measures.written_best_10s_per_s = steepest(points, seconds(10));
  }
  return measures;
}

}  // namespace votebench::report
