#include "report/measures/timeline.h"

#include <algorithm>
#include <array>

namespace votebench::report {
namespace {

using namespace std::chrono_literals;

// A load that is shorter than twenty seconds has finer steps, so that a burst is a curve, too.
constexpr std::int64_t kFewestSteps = 20;
// A long drain after a burst would be all steps: where they are shorter than a second, so many.
constexpr std::int64_t kMaxFineSteps = 2000;
// More steps than anybody looks at: a day and more in seconds. Longer runs have longer steps.
constexpr std::int64_t kMaxSteps = 100'000;
constexpr std::array<Nanoseconds, 19> kSteps{1ms,   2ms,   5ms,  10ms, 20ms, 50ms, 100ms,
                                             200ms, 500ms, 1s,   2s,   5s,   10s,  15s,
                                             30s,   1min,  2min, 5min, 10min};
// Rates are interpolated between two looks; what lies between two that are further apart was not
// seen.
constexpr Nanoseconds kLongestGap = 5s;

Nanoseconds end_of(const RunView& run) {
  Nanoseconds end = run.record.load.length;
  for (const Sample& sample : run.record.samples) end = std::max(end, sample.at);
  return end;
}

std::size_t steps_until(Nanoseconds end, Nanoseconds step) {
  return static_cast<std::size_t>((end - 1ns) / step) + 1;
}

// The longest step of a second at most that gives the load kFewestSteps.
Nanoseconds step_of_load(Nanoseconds load) {
  Nanoseconds step = kSteps.front();
  for (const Nanoseconds next : kSteps)
    if (next <= 1s && load / next >= kFewestSteps) step = next;
  return step;
}

Nanoseconds step_of_run(Nanoseconds load, Nanoseconds end) {
  Nanoseconds step = step_of_load(load);
  for (const Nanoseconds next : kSteps)
    if (step < 1s && next > step && end / step >= kMaxFineSteps) step = next;
  while (end / step >= kMaxSteps) step *= 2;
  return step;
}

// At most kMaxLatencySteps of them are the load.
Nanoseconds latency_step(Nanoseconds load) {
  static constexpr auto kMost = static_cast<std::int64_t>(kMaxLatencySteps);
  Nanoseconds step = step_of_load(load);
  for (const Nanoseconds next : kSteps)
    if (next > step && load / step >= kMost) step = next;
  return load / step < kMost ? step : load / kMost + 1ns;
}

// Counts the attempts of each step.
class AttemptSteps {
 public:
  AttemptSteps(Timeline& timeline, std::size_t latency_steps)
      : timeline_(timeline),
        sent_(timeline.steps),
        accepted_(timeline.steps),
        failed_(timeline.steps),
        response_(latency_steps),
        stored_(latency_steps),
        lag_(latency_steps) {}

  void visit(const Attempt& attempt) {
    const Nanoseconds done = attempt.started() + attempt.service_time();
    if (attempt.outcome != Outcome::not_sent) count(sent_, attempt.started());
    count(attempt.outcome == Outcome::acked ? accepted_ : failed_, done);
    answered(attempt, done);
    const std::size_t step =
        place(attempt.started() - attempt.lag(), timeline_.latency_step, response_.size());
    lag_[step] = std::max(lag_[step], attempt.lag());
    if (attempt.outcome == Outcome::acked) response_[step].record(attempt.response_time());
  }

  void stored(Nanoseconds due, Nanoseconds took) {
    stored_[place(due, timeline_.latency_step, stored_.size())].record(took);
  }

  void finish() && {
    timeline_.sent = rates(sent_);
    timeline_.accepted = rates(accepted_);
    timeline_.failed = rates(failed_);
    for (const Histogram& step : response_) {
      timeline_.response_p50.push_back(seconds_of(step.percentile(0.5)));
      timeline_.response_p99.push_back(seconds_of(step.percentile(0.99)));
      timeline_.response_max.push_back(seconds_of(step.max()));
    }
    for (const Histogram& step : stored_) {
      timeline_.stored_p50.push_back(seconds_of(step.percentile(0.5)));
      timeline_.stored_p99.push_back(seconds_of(step.percentile(0.99)));
    }
    for (std::size_t kind = 0; kind < answers_.size(); ++kind)
      if (!answers_[kind].empty())
        timeline_.answers.push_back(
            {static_cast<Answers::Kind>(kind), statuses_[kind], rates(answers_[kind])});
    for (const Nanoseconds lag : lag_) timeline_.lag_max.emplace_back(in_seconds(lag));
  }

 private:
  static std::size_t place(Nanoseconds at, Nanoseconds step, std::size_t steps) {
    const std::int64_t index = std::max(at, Nanoseconds(0)) / step;
    return std::min(static_cast<std::size_t>(index), steps - 1);
  }

  static std::optional<double> seconds_of(const std::optional<Nanoseconds>& time) {
    return time ? std::optional(in_seconds(*time)) : std::nullopt;
  }

  void answered(const Attempt& attempt, Nanoseconds at) {
    // 1xx never ends an answer: what calls itself so is no answer of this protocol.
    const auto hundreds = static_cast<std::size_t>(attempt.status / 100);
    const bool known = hundreds >= 2 && hundreds <= 5;
    const std::size_t kind = known ? hundreds - 2 : std::size_t{4};
    if (answers_[kind].empty()) answers_[kind].resize(timeline_.steps);
    if (attempt.status != 0) statuses_[kind].insert(attempt.status);
    count(answers_[kind], at);
  }

  void count(std::vector<std::uint32_t>& counts, Nanoseconds at) {
    ++counts[place(at, timeline_.step, counts.size())];
  }

  [[nodiscard]] Series rates(const std::vector<std::uint32_t>& counts) const {
    Series series;
    for (const std::uint32_t votes : counts)
      series.emplace_back(votes / in_seconds(timeline_.step));
    return series;
  }

  Timeline& timeline_;
  std::vector<std::uint32_t> sent_, accepted_, failed_;
  std::array<std::vector<std::uint32_t>, 5> answers_;  // by Answers::Kind
  std::array<std::set<std::uint16_t>, 5> statuses_;
  std::vector<Histogram> response_, stored_;
  std::vector<Nanoseconds> lag_;
};

// The counter at one time after another, each not before the last.
class Interpolation {
 public:
  explicit Interpolation(const std::vector<CounterPoint>& points) : points_(points) {}

  [[nodiscard]] std::optional<double> at(Nanoseconds time) {
    while (next_ < points_.size() && points_[next_].at < time) ++next_;
    if (next_ == points_.size()) return std::nullopt;
    const CounterPoint& after = points_[next_];
    if (after.at == time) return after.value;
    // The counters are zero at t0, which the first look may come a little after.
    const CounterPoint before = next_ > 0 ? points_[next_ - 1] : CounterPoint{Nanoseconds(0), 0};
    if (after.at - before.at > kLongestGap || after.at <= before.at) return std::nullopt;
    const double share = in_seconds(time - before.at) / in_seconds(after.at - before.at);
    return before.value + share * (after.value - before.value);
  }

 private:
  const std::vector<CounterPoint>& points_;
  std::size_t next_ = 0;
};

// A depth holds until the next look, where that is not too far away.
Series deepest(const std::vector<Sample>& samples, const Timeline& timeline) {
  Series series;
  const Sample* last = nullptr;
  for (const Sample& sample : samples) {
    if (!sample.has_queue || sample.at < 0ns) continue;
    series.resize(timeline.steps);
    const auto step =
        std::min(static_cast<std::size_t>(sample.at / timeline.step), timeline.steps - 1);
    const auto depth = [](const Sample& seen) { return static_cast<double>(seen.queue_depth); };
    if (last != nullptr && sample.at - last->at <= kLongestGap)
      for (auto i = static_cast<std::size_t>(last->at / timeline.step) + 1; i < step; ++i)
        series[i] = depth(*last);
    series[step] = std::max(series[step].value_or(0), depth(sample));
    last = &sample;
  }
  return series;
}

// The least and the greatest of [first, last), as they came.
std::array<std::optional<double>, 2> extremes(const Series& series, std::size_t first,
                                              std::size_t last) {
  std::optional<std::size_t> least, greatest;
  for (std::size_t i = first; i < last; ++i) {
    if (!series[i]) continue;
    if (!least || *series[i] < *series[*least]) least = i;
    if (!greatest || *series[i] > *series[*greatest]) greatest = i;
  }
  if (!least) return {};
  return {series[std::min(*least, *greatest)], series[std::max(*least, *greatest)]};
}

}  // namespace

// The last step ends with the last look: less than half a step before it says nothing of a rate.
Series rises(const std::vector<CounterPoint>& points, Nanoseconds step, std::size_t steps) {
  if (points.empty()) return {};
  Series series;
  Interpolation counted(points);
  std::optional<double> before = counted.at(Nanoseconds(0));
  for (std::size_t i = 1; i <= steps; ++i) {
    const Nanoseconds wanted = step * static_cast<std::int64_t>(i);
    const Nanoseconds until = std::min(wanted, points.back().at);
    const Nanoseconds width = step - (wanted - until);
    const std::optional<double> after = width > 0ns ? counted.at(until) : std::nullopt;
    const bool known = before && after && *after >= *before && 2 * width >= step;
    series.push_back(known ? std::optional((*after - *before) / in_seconds(width)) : std::nullopt);
    before = after;
  }
  return series;
}

Timeline make_timeline(const RunView& run) {
  Timeline timeline;
  const Nanoseconds end = end_of(run);
  if (end <= 0ns) return timeline;
  const Nanoseconds load = run.record.load.length;
  timeline.step = step_of_run(load, end);
  timeline.steps = steps_until(end, timeline.step);
  timeline.latency_step = latency_step(load);
  AttemptSteps attempts(timeline, steps_until(load, timeline.latency_step));
  run.attempts.for_each([&](AttemptNumber, const Attempt& attempt) { attempts.visit(attempt); });
  const Selection all{std::nullopt, Nanoseconds::min(), std::nullopt};  // looks before t0, too
  (void)measure_stored(run, all,
                       [&](Nanoseconds due, Nanoseconds took) { attempts.stored(due, took); });
  std::move(attempts).finish();
  const Pushes pushes = pushes_of(run.record.evidence);
  if (pushes.why_not.empty())
    timeline.queued =
        rises(counter(run.record.samples, all, {&Sample::has_queue, &Sample::pushed, pushes.count}),
              timeline.step, timeline.steps);
  timeline.written =
      rises(counter(run.record.samples, all, {&Sample::has_rows, &Sample::rows_written}),
            timeline.step, timeline.steps);
  timeline.depth = deepest(run.record.samples, timeline);
  return timeline;
}

Reduced reduce(const Series& series, std::size_t most) {
  if (series.size() <= most) return {series, 1};
  const std::size_t buckets = most / 2;
  const std::size_t width = (series.size() + buckets - 1) / buckets;
  Reduced reduced{{}, static_cast<double>(width) / 2};
  for (std::size_t first = 0; first < series.size(); first += width) {
    const auto pair = extremes(series, first, std::min(first + width, series.size()));
    reduced.values.insert(reduced.values.end(), pair.begin(), pair.end());
  }
  return reduced;
}

}  // namespace votebench::report
