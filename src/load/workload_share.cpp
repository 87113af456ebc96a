#include "load/workload_share.h"

#include <algorithm>

#include "core/check.h"

namespace votebench::load {
namespace {

// A client that could not send its vote waits so long, twice as long after the next, and so on.
constexpr Nanoseconds kFirstBackOff = std::chrono::milliseconds(10);
constexpr Nanoseconds kLongestBackOff = std::chrono::seconds(1);

constexpr VoterIndex kNobody = 0xFFFFFFFF;  // a probe's index: no planned voter has it

}  // namespace

std::uint32_t share_of(std::uint32_t whole, ThreadPlace place) {
  return whole / place.count + (place.index < whole % place.count ? 1 : 0);
}

std::uint32_t slots_of(const plan::WorkloadPlan& plan) {
  return plan.closed() ? plan.closed()->clients : plan.workload().max_in_flight;
}

WorkloadShare::WorkloadShare(const plan::WorkloadPlan& plan, ThreadPlace place,
                             const Origin& origin)
    : plan_(plan),
      place_(place),
      t0_(origin.t0),
      stream_(plan.votes()),
      rng_(origin.seed, mix64(plan.index()) + place.index),
      voters_(share_of(slots_of(plan), place), kNobody),
      unsent_(voters_.size()) {
  for (SlotIndex slot = slots(); slot > 0; --slot) free_.push_back(slot - 1);
  if (plan.closed() && plan.closed()->duration)
    ends_ = t0_ + plan.workload().start_at + *plan.closed()->duration;
  planned_end_ = t0_ + plan.last_due().value_or(Nanoseconds(0));
  fetch_next();
}

void WorkloadShare::fetch_next() {
  do {
    next_ = stream_.next();
  } while (next_ && next_->voter % place_.count != place_.index);
}

std::optional<VoteStart> WorkloadShare::take_due(Instant now) {
  end_if_over(now);
  wake_thinkers(now);
  if (free_.empty()) return std::nullopt;
  if (!ready_.empty()) {
    const PlannedVote vote = ready_.front();
    ready_.pop_front();
    return occupy(vote, now, true);
  }
  while (next_ && due(*next_) <= now) {
    const PlannedVote vote = *next_;
    fetch_next();
    if (vote.kth == 0 || !is_waiting(vote.voter)) return occupy(vote, now, false);
    parked_.push_back(vote);
  }
  return std::nullopt;
}

void WorkloadShare::end_if_over(Instant now) {
  if (!ends_ || now < *ends_) return;
  next_.reset();
  parked_.clear();
  ready_.clear();
}

void WorkloadShare::wake_thinkers(Instant now) {
  while (!thinking_.empty() && thinking_.top().until <= now) {
    free_.push_back(thinking_.top().slot);
    thinking_.pop();
  }
}

// A parked vote's voter is in flight, and what is ready starts before the next vote is looked at.
bool WorkloadShare::is_waiting(VoterIndex voter) const {
  return std::find(voters_.begin(), voters_.end(), voter) != voters_.end();
}

VoteStart WorkloadShare::occupy(const PlannedVote& vote, Instant now, bool parked) {
  VoteStart start{.vote = vote, .slot = free_.back(), .lag = {}, .held_by_target = parked};
  free_.pop_back();
  voters_[start.slot] = vote.voter;
  ++in_flight_;
  if (free_.empty()) all_busy_since_ = now;
  if (plan_.open()) {
    start.lag = std::max(now - due(vote), Nanoseconds(0));
    start.held_by_target |= due(vote) <= all_busy_until_;
  }
  return start;
}

void WorkloadShare::release(SlotIndex slot, Instant now, Outcome outcome) {
  CHECK_THAT_HOLDS(voters_[slot] != kNobody);
  if (free_.empty()) note_exhaustion(now);
  unpark(voters_[slot]);
  voters_[slot] = kNobody;
  --in_flight_;
  const Nanoseconds think = std::max(think_time(), back_off(slot, outcome));
  if (think > Nanoseconds(0))
    thinking_.push({now + think, slot});
  else
    free_.push_back(slot);
}

void WorkloadShare::note_exhaustion(Instant now) {
  all_busy_until_ = now;
  if (plan_.open() && next_ && due(*next_) < now)
    exhausted_ += now - std::max(due(*next_), all_busy_since_);
}

void WorkloadShare::unpark(VoterIndex voter) {
  const auto parked =
      std::find_if(parked_.begin(), parked_.end(),
                   [voter](const PlannedVote& vote) { return vote.voter == voter; });
  if (parked == parked_.end()) return;
  ready_.push_back(*parked);
  parked_.erase(parked);
}

Nanoseconds WorkloadShare::think_time() {
  if (plan_.open()) return Nanoseconds(0);
  const scenario::ConstantClients& closed = *plan_.closed();
  if (!closed.think_exponential) return closed.think_time;
  return Nanoseconds(static_cast<std::int64_t>(static_cast<double>(closed.think_time.count()) *
                                               rng_.exponential()));
}

// Only a workload that ends by its duration would go on without end: nobody listens, every vote of
// it would be spent on finding that out again.
Nanoseconds WorkloadShare::back_off(SlotIndex slot, Outcome outcome) {
  std::uint8_t& unsent = unsent_[slot];
  if (!ends_ || outcome != Outcome::not_sent) {
    unsent = 0;
    return Nanoseconds(0);
  }
  const Nanoseconds pause = std::min(kFirstBackOff * (1 << unsent), kLongestBackOff);
  if (pause < kLongestBackOff) ++unsent;
  return pause;
}

void WorkloadShare::stop_arrivals() {
  stopped_ = true;
  cut_short_ |= more();
  next_.reset();
  parked_.clear();
  ready_.clear();
}

Instant WorkloadShare::wake_at() const {
  if (!more()) return in_flight_ == 0 && !stopped_ ? planned_end_ : Instant::max();
  Instant wake = ends_.value_or(Instant::max());
  if (!thinking_.empty()) wake = std::min(wake, thinking_.top().until);
  if (!free_.empty() && !ready_.empty()) return Instant::min();
  if (!free_.empty() && next_) wake = std::min(wake, due(*next_));
  return wake;
}

}  // namespace votebench::load
