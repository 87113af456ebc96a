// Sends the votes of a plan. Each sender thread runs one epoll loop over its share: the voters
// whose index leaves its number when divided by the number of threads.
//
//   open models    a vote is sent at its due time; late is late: it is sent as soon as a slot is
//                  free, its lag is recorded, nothing is dropped
//   closed models  each client sends its next vote when its last one is answered, plus think time;
//                  one that could not send its vote (nobody listens) pauses for 10 ms, doubled each
//                  time, at most 1 s, where the workload ends by its duration
//
// A load whose plan has an end lasts until then, also when its last vote is answered before.
// max_in_flight and clients are split over the threads, and over the shards before. A voter has one
// outstanding attempt: a vote whose voter is still waiting for an answer waits with it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "adapters/http/vote_box.h"
#include "core/clock.h"
#include "core/result.h"
#include "load/waiter.h"
#include "plan/plan.h"
#include "vote/attempt.h"
#include "vote/shard.h"
#include "vote/unaccepted.h"

namespace votebench::load {

// Live numbers; any thread may read them while the load runs.
struct LoadCounters {
  std::atomic<std::uint64_t> started{0};
  std::atomic<std::uint64_t> acked{0};
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> ambiguous{0};
  std::atomic<std::uint64_t> not_sent{0};
  std::atomic<std::uint64_t> late{0};  // as in WorkloadSummary
  // Of these: max_in_flight was exhausted, or the voter's earlier vote unanswered.
  std::atomic<std::uint64_t> late_by_target{0};
  // Not accepted, by cause, and of answers by their status.
  std::array<std::atomic<std::uint64_t>, kCauses> by_cause{};
  static constexpr std::size_t kStatuses = 1000;
  std::array<std::atomic<std::uint64_t>, kStatuses> by_status{};

  [[nodiscard]] std::uint64_t concluded() const {
    return acked.load() + rejected.load() + ambiguous.load() + not_sent.load();
  }
  [[nodiscard]] std::uint64_t in_flight() const {
    const std::uint64_t done = concluded();  // first, or it could overtake `started`
    return started.load() - done;
  }
  // The most frequent first.
  [[nodiscard]] std::vector<Unaccepted> unaccepted() const;
};

// A vote that starts more than this after its due time is late.
inline constexpr Nanoseconds kLateAfter = std::chrono::milliseconds(1);

struct WorkloadSummary {
  std::string name;
  std::uint64_t planned = 0;  // a closed model without a total: what it started
  std::uint64_t started = 0;  // = acked + rejected + ambiguous + not_sent
  std::uint64_t acked = 0;
  std::uint64_t rejected = 0;
  std::uint64_t ambiguous = 0;
  std::uint64_t not_sent = 0;
  // Open models only.
  std::uint64_t late = 0;
  std::uint64_t late_by_target = 0;  // of these: max_in_flight was exhausted, or the voter's
                                     // earlier vote unanswered, when the vote was due
  Nanoseconds lag_max{};
  Nanoseconds own_lag_max{};  // of votes that the target did not delay

  [[nodiscard]] std::uint64_t never_started() const { return planned - started; }
};

enum class LoadEnd {
  completed,  // every planned vote was started and concluded
  stopped,    // arrivals ended early, what was in flight was concluded
  abandoned,  // stopped at once: what was in flight counts as ambiguous
  no_room,    // the sink had no room for a further vote (disk full); otherwise as stopped
};

struct LoadSummary {
  std::vector<WorkloadSummary> workloads;
  WorkloadSummary total;
  LoadEnd end = LoadEnd::completed;
  std::uint32_t threads = 0;
  Instant started{};   // t0
  Instant finished{};  // the last conclusion, and at least the planned end where nobody stopped it
  Nanoseconds cpu{};   // user + system, all sender threads
  // Share of the load's time in which a vote was due and max_in_flight exhausted, mean over the
  // open workloads and threads: lag that is the target's, not ours.
  double exhausted_share = 0;
};

struct LoadInput {
  const plan::RunPlan& plan;
  const scenario::Scenario& scenario;  // seed (of think times), threads
  adapters::VoteBox& box;
  AttemptSink& sink;
  Instant t0;  // all times of the plan count from here
  const Clock& clock;
  Waiter& waiter = real_waiter();
  Shard shard{};  // whose votes are sent; the others' are other processes'
};

struct LoadStop {
  std::stop_token arrivals;  // no further votes; those in flight end within http.timeout
  std::stop_token at_once;
};

// Runs the whole load in threads of its own and returns when it is over. Error (environment): a
// thread or its descriptors could not be made.
[[nodiscard]] Result<LoadSummary> run_load(const LoadInput& input, LoadCounters& counters,
                                           const LoadStop& stop);

// The number of sender threads that run_load uses: `threads` of the scenario, for 0 (auto) half of
// the processors, at least one; never more than the fewest slots of a workload that a shard has.
[[nodiscard]] std::uint32_t sender_threads(const plan::RunPlan& plan, std::uint32_t wanted,
                                           Shard shard = {});

}  // namespace votebench::load
