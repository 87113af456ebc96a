#include "report/measures/timeline.h"

#include <algorithm>
#include <array>

namespace votebench::report {
namespace {

using namespace std::chrono_literals;

// Below this a step is half a second, so that a short run is more than a few points.
constexpr Nanoseconds kShortRun = 30s;
// More steps than anybody looks at: a day and more in seconds. Longer runs have longer steps.
constexpr std::int64_t kMaxSteps = 100'000;
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

// The shortest of these that makes at most kMaxLatencySteps steps.
Nanoseconds latency_step(Nanoseconds base, Nanoseconds end) {
  static constexpr std::array<Nanoseconds, 10> kSteps{1s,  2s,   5s,   10s,  15s,
                                                      30s, 1min, 2min, 5min, 10min};
  Nanoseconds step = base;
  for (const Nanoseconds next : kSteps) {
    if (end / step < static_cast<std::int64_t>(kMaxLatencySteps)) return step;
    step = std::max(base, next);
  }
  return std::max<Nanoseconds>(step, end / static_cast<std::int64_t>(kMaxLatencySteps) + 1ns);
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
        lag_(latency_steps) {}

  void visit(const Attempt& attempt) {
    const Nanoseconds done = attempt.started() + attempt.service_time();
    if (attempt.outcome != Outcome::not_sent) count(sent_, attempt.started());
    count(attempt.outcome == Outcome::acked ? accepted_ : failed_, done);
    const std::size_t step =
        place(attempt.started() - attempt.lag(), timeline_.latency_step, response_.size());
    lag_[step] = std::max(lag_[step], attempt.lag());
    if (attempt.outcome == Outcome::acked) response_[step].record(attempt.response_time());
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
  std::vector<Histogram> response_;
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

// The rise of a counter in each step. The last step ends with the last look: less than half a step
// before it says nothing of a rate.
Series rises(const std::vector<CounterPoint>& points, const Timeline& timeline) {
  if (points.empty()) return {};
  Series series;
  Interpolation counted(points);
  std::optional<double> before = counted.at(Nanoseconds(0));
  for (std::size_t i = 1; i <= timeline.steps; ++i) {
    const Nanoseconds wanted = timeline.step * static_cast<std::int64_t>(i);
    const Nanoseconds until = std::min(wanted, points.back().at);
    const Nanoseconds width = timeline.step - (wanted - until);
    const std::optional<double> after = width > 0ns ? counted.at(until) : std::nullopt;
    const bool known = before && after && *after >= *before && 2 * width >= timeline.step;
    series.push_back(known ? std::optional((*after - *before) / in_seconds(width)) : std::nullopt);
    before = after;
  }
  return series;
}

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

Timeline make_timeline(const RunView& run) {
  Timeline timeline;
  const Nanoseconds end = end_of(run);
  if (end <= 0ns) return timeline;
  timeline.step = end < kShortRun ? Nanoseconds(500ms) : Nanoseconds(1s);
  while (end / timeline.step >= kMaxSteps) timeline.step *= 2;
  timeline.steps = steps_until(end, timeline.step);
  timeline.latency_step = latency_step(timeline.step, end);
  AttemptSteps attempts(timeline, steps_until(end, timeline.latency_step));
  run.attempts.for_each([&](AttemptNumber, const Attempt& attempt) { attempts.visit(attempt); });
  std::move(attempts).finish();
  const Selection all{std::nullopt, Nanoseconds::min(), std::nullopt};  // looks before t0, too
  const Pushes pushes = pushes_of(run.record.evidence);
  if (pushes.why_not.empty())
    timeline.queued =
        rises(counter(run.record.samples, all, {&Sample::has_queue, &Sample::pushed, pushes.count}),
              timeline);
  timeline.written =
      rises(counter(run.record.samples, all, {&Sample::has_rows, &Sample::rows_written}), timeline);
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
