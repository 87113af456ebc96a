// Which votes a scenario means: when each is due, who casts it, for what.
//
// A plan is computed, never stored. It depends on the scenario and its seed alone (never on the
// run id, a clock or the target), so every thread and every later process derives the same votes.
//
// Exact counts. An open workload plans N = the area under its rate curve, rounded to the nearest
// integer (1000/30 s over 30 s is 1000), and its streams deliver exactly N.
//   uniform  vote i (from 0) is due where the area reaches i: i / rate for a constant rate.
//   poisson  a Poisson process of that rate, conditional on N arrivals: given their number, the
//            arrivals are N independent points, uniform on the area axis (order-statistics
//            property; S. M. Ross, Stochastic Processes, 2nd ed., theorem 2.3.1). They are drawn in
//            ascending order without storing them (J. L. Bentley, J. B. Saxe, Generating sorted
//            lists of random numbers, ACM TOMS 6(3), 1980).
// Choices are drawn by a hash of (seed, workload, vote), so no other setting moves them.
//
// Re-votes. Each vote is a re-vote with probability `ratio`, provided that a voter exists whose
// latest vote was due between gap_min and gap_max earlier; one of them is picked uniformly. Until
// the first gap_min has passed there is none, so the realised share is slightly lower. Closed
// models have no due times: their gap is counted in votes, 2 to 16 times the number of clients.
// A re-vote changes the choice with probability `switch`, otherwise it repeats it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "plan/rate_curve.h"
#include "plan/revote_pool.h"
#include "scenario/scenario.h"
#include "vote/vote.h"

namespace votebench::plan {

class VoteStream;

// What a closed workload without a total reserves: more votes than it can send.
inline constexpr std::uint64_t kOpenEndedNumbers = std::uint64_t{1} << 27U;

// One workload's share of the plan. Immutable; any thread may use it.
// Numbers [first(), first() + reserved()) are its attempts; the same numbers are its voters, taken
// in order of their first vote, so that voters are dense from first() on.
class WorkloadPlan {
 public:
  [[nodiscard]] const scenario::Workload& workload() const { return workload_; }
  [[nodiscard]] WorkloadIndex index() const { return index_; }

  // Open: votes are due at times. Closed: clients send when their last vote is answered.
  [[nodiscard]] bool open() const { return !closed_; }
  // The clients of a closed workload; a burst without `within` is one of them.
  [[nodiscard]] const std::optional<scenario::ConstantClients>& closed() const { return closed_; }

  [[nodiscard]] AttemptNumber first() const { return first_; }
  [[nodiscard]] std::uint64_t reserved() const { return total_.value_or(kOpenEndedNumbers); }
  // Votes; nothing for a closed workload that ends by its duration.
  [[nodiscard]] std::optional<std::uint64_t> total() const { return total_; }

  // No vote is due after this time (after t0, start_at included). Nothing when clients send a
  // total.
  [[nodiscard]] std::optional<Nanoseconds> last_due() const;

  // Planned votes per second at a time after t0; 0 for closed workloads.
  [[nodiscard]] double rate_at(Nanoseconds time) const;
  // Times after t0 between which rate_at() is a straight line.
  [[nodiscard]] std::vector<Nanoseconds> bends() const;
  // What goes on at a time after t0: "ramp 0 -> 400/s", "hold 400/s", "20 clients"; empty before
  // and after.
  [[nodiscard]] std::string stage_at(Nanoseconds time) const;
  // One line: "peak: ramp 0 -> 400/s over 20 s, hold 400/s for 1m10s; 32,000 votes".
  [[nodiscard]] std::string summary() const;

  // The votes from the first on. The stream refers to this plan, which must outlive it.
  [[nodiscard]] VoteStream votes() const;

 private:
  friend class RunPlan;
  friend class VoteStream;
  WorkloadPlan() = default;
  [[nodiscard]] static Result<WorkloadPlan> make(const scenario::Scenario& scenario,
                                                 std::size_t index);

  scenario::Workload workload_;
  WorkloadIndex index_ = 0;
  std::optional<scenario::ConstantClients> closed_;
  RateCurve curve_;  // open workloads
  AttemptNumber first_ = 0;
  std::optional<std::uint64_t> total_;
  std::uint64_t seed_ = 0;
  scenario::Voters voters_;
};

// The votes of a workload in ascending order of number and due time. Sequential and copyable: a
// copy continues with the same votes, as does every other stream of the same plan.
// Memory: rate x longest gap, and only when there are re-votes. Not thread-safe.
class VoteStream {
 public:
  explicit VoteStream(const WorkloadPlan& plan);

  // Nothing after the last one. `due` includes start_at; for closed workloads it is start_at.
  [[nodiscard]] std::optional<PlannedVote> next();

 private:
  [[nodiscard]] Nanoseconds next_due();
  [[nodiscard]] std::optional<LatestVote> earlier_vote(std::int64_t position);
  [[nodiscard]] ChoiceIndex choice_of(const std::optional<LatestVote>& earlier) const;

  const WorkloadPlan* plan_;
  std::uint64_t n_ = 0;    // votes delivered
  VoterIndex next_voter_;  // fresh
  double area_left_ = 1;   // Poisson: share of the area after the latest arrival
  Rng arrival_rng_;
  Rng revote_rng_;
  RevotePool pool_;
};

// The whole run. Immutable; any thread may use it.
class RunPlan {
 public:
  // Fails (usage) when a workload plans no vote, or all of them need more voters than an id can
  // tell apart: every number stays below kFirstProbeIndex.
  [[nodiscard]] static Result<RunPlan> make(const scenario::Scenario& scenario);

  RunPlan(RunPlan&&) noexcept = default;
  RunPlan& operator=(RunPlan&&) noexcept = default;

  [[nodiscard]] const std::vector<WorkloadPlan>& workloads() const { return workloads_; }
  // Votes over all workloads whose total is known.
  [[nodiscard]] std::uint64_t planned() const;
  // One past the highest number that any workload can use.
  [[nodiscard]] AttemptNumber end() const;
  [[nodiscard]] const ChoiceNames& choices() const { return choices_; }
  // Sum over the open workloads, at a time after t0.
  [[nodiscard]] double rate_at(Nanoseconds time) const;
  // The highest that rate_at() ever is.
  [[nodiscard]] double peak_rate() const;
  // No vote is due after this time; nothing when a workload's end is not known beforehand.
  [[nodiscard]] std::optional<Nanoseconds> last_due() const;

 private:
  RunPlan() = default;

  std::vector<WorkloadPlan> workloads_;
  ChoiceNames choices_;
};

}  // namespace votebench::plan
