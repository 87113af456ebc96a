#include <algorithm>
#include <cmath>

#include "plan/plan.h"

namespace votebench::plan {
namespace {

// What a draw is for. Each purpose has its own independent numbers, so that a change of one
// setting never moves another's.
enum class Purpose : std::uint64_t { arrival, revote, choice, keep_choice };

std::uint64_t stream_of(const WorkloadPlan& plan, Purpose purpose) {
  return std::uint64_t{plan.index()} << 8U | static_cast<std::uint64_t>(purpose);
}

// Uniform in [0, 1), a pure function of its arguments.
double draw(std::uint64_t seed, std::uint64_t stream, std::uint64_t n) {
  return Rng(mix64(seed ^ mix64(n)), stream).uniform();
}

Gap gap_of(const WorkloadPlan& plan, const scenario::Revotes& revotes) {
  if (plan.closed()) {
    const std::int64_t clients = std::max<std::uint32_t>(plan.closed()->clients, 1);
    return {2 * clients, 16 * clients};
  }
  return {std::max<std::int64_t>(revotes.gap_min.count(), 1), revotes.gap_max.count()};
}

// The choice at `point` (0..1) of the weights laid end to end, leaving one out.
std::optional<ChoiceIndex> pick(const std::vector<scenario::Choice>& choices, double point,
                                std::optional<ChoiceIndex> without) {
  double total = 0;
  for (std::size_t i = 0; i < choices.size(); ++i)
    if (i != without) total += choices[i].weight;
  double rest = point * total;
  std::optional<ChoiceIndex> last;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i == without || choices[i].weight <= 0) continue;
    last = static_cast<ChoiceIndex>(i);
    if (rest < choices[i].weight) break;
    rest -= choices[i].weight;
  }
  return last;
}

}  // namespace

VoteStream::VoteStream(const WorkloadPlan& plan)
    : plan_(&plan),
      next_voter_(static_cast<VoterIndex>(plan.first())),
      arrival_rng_(plan.seed_, stream_of(plan, Purpose::arrival)),
      revote_rng_(plan.seed_, stream_of(plan, Purpose::revote)),
      pool_(gap_of(plan, plan.voters_.revote)) {}

std::optional<PlannedVote> VoteStream::next() {
  if (n_ == plan_->reserved()) return std::nullopt;
  const Nanoseconds due = plan_->open() ? next_due() : Nanoseconds(0);
  const auto position = plan_->open() ? due.count() : static_cast<std::int64_t>(n_);
  const std::optional<LatestVote> earlier = earlier_vote(position);

  PlannedVote vote;
  vote.number = plan_->first() + n_;
  vote.voter = earlier ? earlier->voter : next_voter_++;
  vote.kth = earlier ? earlier->kth + 1 : 0;
  vote.choice = choice_of(earlier);
  vote.due = plan_->workload().start_at + due;
  if (plan_->voters_.revote.ratio > 0) pool_.add({position, vote.voter, vote.kth, vote.choice});
  ++n_;
  return vote;
}

Nanoseconds VoteStream::next_due() {
  if (!plan_->workload().poisson) return plan_->curve_.time_at(static_cast<double>(n_));
  // The smallest of r uniform points on what is left of the axis leaves the share V^(1/r) behind.
  const auto points_left = static_cast<double>(plan_->reserved() - n_);
  area_left_ *= std::exp(-arrival_rng_.exponential() / points_left);
  return plan_->curve_.time_at(plan_->curve_.area() * (1 - area_left_));
}

std::optional<LatestVote> VoteStream::earlier_vote(std::int64_t position) {
  const double ratio = plan_->voters_.revote.ratio;
  if (ratio <= 0 || revote_rng_.uniform() >= ratio) return std::nullopt;
  return pool_.take(position, revote_rng_);
}

ChoiceIndex VoteStream::choice_of(const std::optional<LatestVote>& earlier) const {
  const auto& [choices, revote] = plan_->voters_;
  const auto chance = [&](Purpose purpose) {
    return draw(plan_->seed_, stream_of(*plan_, purpose), n_);
  };
  if (!earlier) return pick(choices, chance(Purpose::choice), std::nullopt).value_or(0);
  if (chance(Purpose::keep_choice) >= revote.switch_share) return earlier->choice;
  return pick(choices, chance(Purpose::choice), earlier->choice).value_or(earlier->choice);
}

}  // namespace votebench::plan
