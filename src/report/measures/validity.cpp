#include <fmt/format.h>

#include "core/counted.h"
#include "core/text.h"
#include "report/measures/measured.h"
#include "report/shards.h"
#include "vote/unaccepted.h"

namespace votebench::report {
namespace {

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string lag_p99(const Histogram& lag) {
  return format_duration(lag.percentile(0.99).value_or(Nanoseconds(0)));
}

void judge_lag(const ledger::LoadRecord& facts, const Histogram& lag, Validity& validity) {
  const double late = share_of(lag.count_above(kMaxLag), lag.count());
  if (late <= kMaxLateShare) return;
  if (late - facts.exhausted_share <= kMaxLateShare) {
    validity.notes.push_back(fmt::format(
        "{:.1f} % of votes left late because max_in_flight was reached for {:.0f} % of the time: "
        "that lag is the target's",
        late * 100, facts.exhausted_share * 100));
    return;
  }
  validity.load = false;
  validity.reasons.push_back(fmt::format(
      "{:.1f} % of votes left more than {} late (lag p99 {}): this machine was too busy, "
      "rates and latencies do not hold",
      late * 100, format_duration(kMaxLag), lag_p99(lag)));
}

// What was missing of the load: the target's where the in-flight limit explains it, else ours.
void judge_missing(double share, double allowed, const std::string& text, const RunView& run,
                   Validity& validity) {
  if (share <= allowed) return;
  if (share - run.record.load.exhausted_share <= allowed) {
    validity.notes.push_back(text + ": max_in_flight was reached, so that is the target's");
    return;
  }
  validity.load = false;
  validity.reasons.push_back(text + ": rates and latencies do not hold");
}

void judge_never_started(const RunView& run, std::uint64_t started, Validity& validity) {
  const std::uint64_t missed = run.planned.never_started_waits.count();
  judge_missing(share_of(missed, missed + started), kMaxNeverStartedShare,
                fmt::format("{} votes were due and never left", format_count(missed)), run,
                validity);
}

void judge_rate(const RunView& run, const Measured& measured, Validity& validity) {
  const double planned = run.planned.rate_per_s;
  const auto achieved = rate(measured.accounting.started(), measured.last_start);
  if (planned <= 0 || !achieved || run.record.load.stopped != StopCause::none) return;
  judge_missing(1 - *achieved / planned, 1 - kMinAchievedShare,
                fmt::format("{:.1f}/s left of {:.1f}/s planned", *achieved, planned), run,
                validity);
}

// What kept votes from being sent, and is no fault of the target.
void judge_own_limits(const RunView& run, const std::vector<Unaccepted>& unaccepted,
                      Validity& validity) {
  for (const Unaccepted& votes : unaccepted) {
    const CauseWords& cause = words_of(votes.cause);
    if (!cause.ours) continue;
    validity.load = false;
    validity.reasons.push_back(fmt::format(
        "{} could not be sent ({}): {}", counted(votes.count, "vote"), cause.words, cause.advice));
  }
  if (run.record.load.standstill <= kMaxStandstill) return;
  validity.load = false;
  validity.reasons.push_back(fmt::format(
      "votebench itself stood still for {} (stopped, suspended, or without a processor): rates and "
      "latencies do not hold",
      format_duration(run.record.load.standstill)));
}

// What was planned was not sent, or it is not known what was.
void judge_shards(const std::vector<ledger::ShardRecord>& shards, Validity& validity) {
  for (const ledger::ShardRecord& shard : shards) {
    if (shard.state == ledger::ShardState::sent) continue;
    validity.load = false;
    validity.reasons.push_back(shard_fault(shard) + ": rates and latencies do not hold");
  }
}

void judge_watching(const ledger::LoadRecord& facts, Validity& validity) {
  if (facts.longest_sampler_gap > kMaxSamplerGap) {
    validity.samples = false;
    validity.reasons.push_back(
        fmt::format("queue and table were not looked at for {}: their rates do not hold",
                    format_duration(facts.longest_sampler_gap)));
  }
  if (facts.steal_share > kNotableSteal)
    validity.notes.push_back(
        fmt::format("{:.0f} % of the CPU time was stolen by other guests of the host",
                    facts.steal_share * 100));
}

// A clock of a server that was set voids times that came from it; this machine's own does only
// where theirs were not read again.
void judge_clocks(const ledger::RunRecord& record, Validity& validity) {
  validity.clock_fault = clock_fault(record);
  validity.clocks = validity.clock_fault.empty();
  if (!validity.clocks)
    validity.reasons.push_back(validity.clock_fault + ": end-to-end times do not hold");
  else if (record.load.clock_step > kMaxClockStep)
    validity.notes.push_back(
        fmt::format("this machine's clock was set by {}: times of the run are "
                    "counted by another one",
                    format_duration(record.load.clock_step)));
}

}  // namespace

std::string clock_fault(const ledger::RunRecord& record) {
  const std::vector<ServerClock> readings = record.clock_readings();
  const Services& services = record.begin.services;
  for (const auto& [of, title] : {std::pair(ServerClock::Of::rows, services.table.title),
                                  std::pair(ServerClock::Of::queue, services.queue.title)})
    if (const auto step = step_of(of, readings))
      return fmt::format("the clock of {} was set {} by {}", title.empty() ? to_string(of) : title,
                         *step < Nanoseconds(0) ? "back" : "forward",
                         format_duration(std::chrono::abs(*step)));
  if (record.clocks.empty() && record.load.clock_step > kMaxClockStep)
    return "this machine's clock was set by " + format_duration(record.load.clock_step);
  return {};
}

Validity judge_generator(const RunView& run, const Measured& measured,
                         const std::vector<Unaccepted>& unaccepted) {
  Validity validity;
  judge_lag(run.record.load, measured.lag, validity);
  judge_never_started(run, measured.accounting.started(), validity);
  judge_rate(run, measured, validity);
  judge_own_limits(run, unaccepted, validity);
  judge_shards(run.record.shards, validity);
  judge_watching(run.record.load, validity);
  judge_clocks(run.record, validity);
  return validity;
}

}  // namespace votebench::report
