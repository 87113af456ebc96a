// What one sender thread does for one workload: which vote starts next, when, and in which slot.
// Pure scheduling: no I/O, no clock; times are arguments and never go back.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "core/clock.h"
#include "core/rng.h"
#include "plan/plan.h"
#include "vote/attempt.h"
#include "vote/vote.h"

namespace votebench::load {

// Thread `index` of `count`, over all shards: it owns the voters whose index leaves `index` when
// divided by `count`.
struct ThreadPlace {
  std::uint32_t index = 0;
  std::uint32_t count = 1;
};

// `whole` split as evenly as can be; the parts add up to it.
[[nodiscard]] std::uint32_t share_of(std::uint32_t whole, ThreadPlace place);

// max_in_flight of an open workload, the clients of a closed one: votes that may be under way.
[[nodiscard]] std::uint32_t slots_of(const plan::WorkloadPlan& plan);

using SlotIndex = std::uint32_t;

struct VoteStart {
  PlannedVote vote;
  SlotIndex slot = 0;
  Nanoseconds lag{};            // zero in closed models
  bool held_by_target = false;  // no slot was free, or the voter still waited, when it was due
};

class WorkloadShare {
 public:
  struct Origin {
    Instant t0;
    std::uint64_t seed = 0;  // of the think times
  };

  // `plan` must outlive the share.
  WorkloadShare(const plan::WorkloadPlan& plan, ThreadPlace place, const Origin& origin);

  // A vote that is to start now, with the slot that it occupies until release().
  [[nodiscard]] std::optional<VoteStart> take_due(Instant now);
  // The vote in `slot` is concluded: its voter may vote again, the slot may think and be reused.
  void release(SlotIndex slot, Instant now, Outcome outcome = Outcome::none);
  // No further votes but those under way.
  void stop_arrivals();

  // When take_due() may next have a vote without a release() before; Instant::max() = never.
  [[nodiscard]] Instant wake_at() const;
  // Every vote was started and released and the planned time is over, or arrivals were stopped.
  [[nodiscard]] bool done(Instant now) const {
    return !more() && in_flight_ == 0 && (stopped_ || now >= planned_end_);
  }
  // The end of a workload that has one by its plan and that nobody stopped; else t0.
  [[nodiscard]] Instant lasted_until() const { return stopped_ ? t0_ : planned_end_; }
  // stop_arrivals() came before the last vote.
  [[nodiscard]] bool cut_short() const { return cut_short_; }

  [[nodiscard]] const plan::WorkloadPlan& plan() const { return plan_; }
  [[nodiscard]] SlotIndex slots() const { return static_cast<SlotIndex>(voters_.size()); }
  // Time in which a vote was due and no slot was free.
  [[nodiscard]] Nanoseconds exhausted() const { return exhausted_; }

 private:
  struct Thinker {
    Instant until{};
    SlotIndex slot = 0;
    friend bool operator>(const Thinker& a, const Thinker& b) { return a.until > b.until; }
  };

  [[nodiscard]] bool more() const { return next_ || !parked_.empty() || !ready_.empty(); }
  [[nodiscard]] Instant due(const PlannedVote& vote) const { return t0_ + vote.due; }
  [[nodiscard]] bool is_waiting(VoterIndex voter) const;
  void fetch_next();
  void end_if_over(Instant now);
  void wake_thinkers(Instant now);
  [[nodiscard]] VoteStart occupy(const PlannedVote& vote, Instant now, bool parked);
  void note_exhaustion(Instant now);
  void unpark(VoterIndex voter);
  [[nodiscard]] Nanoseconds think_time();
  [[nodiscard]] Nanoseconds back_off(SlotIndex slot, Outcome outcome);

  const plan::WorkloadPlan& plan_;
  ThreadPlace place_;
  Instant t0_;
  plan::VoteStream stream_;
  std::optional<PlannedVote> next_;
  std::optional<Instant> ends_;  // closed models that end by their duration
  Instant planned_end_;          // t0 where the plan has none: clients that cast a number of votes
  Rng rng_;

  std::vector<VoterIndex> voters_;    // by slot; kNobody when it is free
  std::vector<std::uint8_t> unsent_;  // by slot: votes in a row that could not be sent
  std::vector<SlotIndex> free_;       // the last released first: its connection is the warmest
  std::priority_queue<Thinker, std::vector<Thinker>, std::greater<>> thinking_;
  std::uint32_t in_flight_ = 0;

  std::vector<PlannedVote> parked_;  // due, but the voter still waits for an answer
  std::deque<PlannedVote> ready_;    // was parked, may start

  Instant all_busy_since_{};
  Instant all_busy_until_{};
  Nanoseconds exhausted_{};
  bool stopped_ = false;
  bool cut_short_ = false;
};

}  // namespace votebench::load
