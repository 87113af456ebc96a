#include "report/live/live_thresholds.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "report/words.h"

namespace votebench::report {
namespace {

bool is_of_votes(const scenario::Threshold& threshold) {
  return threshold.metric != "queue.depth.max";
}

}  // namespace

LiveThresholds::LiveThresholds(const scenario::Scenario& scenario) {
  for (const scenario::Threshold& threshold : scenario.thresholds)
    if (threshold.abort) watched_.push_back({threshold, selection_of(threshold, scenario), {}});
  for (Watched& watched : watched_)
    watched.measured.response.kind = watched.measured.service.kind = LatencyKind::exact;
}

void LiveThresholds::add(const Attempt& attempt) {
  for (Watched& watched : watched_) {
    if (!watched.part.holds(attempt)) continue;
    Report& measured = watched.measured;
    Accounting& sum = measured.audit.accounting;
    const bool accepted = attempt.outcome == Outcome::acked;
    (accepted                               ? sum.acked
     : attempt.outcome == Outcome::rejected ? sum.rejected
     : attempt.outcome == Outcome::not_sent ? sum.not_sent
                                            : sum.ambiguous) += 1;
    Latency& response = measured.response;
    Latency& service = measured.service;
    (accepted ? response.finished : response.unfinished).record(attempt.response_time());
    (accepted ? service.finished : service.unfinished).record(attempt.service_time());
    measured.lag.record(attempt.lag());
  }
}

void LiveThresholds::add(const Sample& sample) {
  if (!sample.has_queue) return;
  for (Watched& watched : watched_) {
    if (!watched.part.holds(sample.at)) continue;
    watched.measured.queue_configured = true;
    watched.measured.depth_max = std::max(watched.measured.depth_max, sample.queue_depth);
  }
}

std::optional<std::string> LiveThresholds::missed(Nanoseconds elapsed) const {
  for (const Watched& watched : watched_) {
    const bool too_early = is_of_votes(watched.threshold) &&
                           watched.measured.audit.accounting.started() < kEnoughVotes;
    if (too_early) continue;
    const ThresholdResult result = evaluate(watched.threshold, watched.measured);
    if (result.passed == false)
      return fmt::format("{}: it was {} after {}", watched.threshold.text,
                         threshold_value(result, false), format_duration(elapsed));
  }
  return std::nullopt;
}

}  // namespace votebench::report
