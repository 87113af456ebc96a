#include "plan/revote_pool.h"

namespace votebench::plan {

std::optional<LatestVote> RevotePool::take(std::int64_t now, Rng& rng) {
  advance(now);
  if (eligible_.empty()) return std::nullopt;
  const auto place = static_cast<std::uint32_t>(rng.below(eligible_.size()));
  const LatestVote vote = entry(eligible_[place]).vote;
  remove_eligible(place);
  return vote;
}

void RevotePool::add(const LatestVote& vote) {
  advance(vote.position);
  window_.push_back({vote, kNotEligible});
}

void RevotePool::advance(std::int64_t now) {
  for (; ripe_ < first_ + window_.size() && entry(ripe_).vote.position <= now - gap_.min; ++ripe_) {
    entry(ripe_).place = static_cast<std::uint32_t>(eligible_.size());
    eligible_.push_back(ripe_);
  }
  for (; !window_.empty() && window_.front().vote.position < now - gap_.max; ++first_) {
    if (window_.front().place != kNotEligible) remove_eligible(window_.front().place);
    window_.pop_front();
  }
}

void RevotePool::remove_eligible(std::uint32_t place) {
  entry(eligible_[place]).place = kNotEligible;
  if (eligible_[place] != eligible_.back()) {
    eligible_[place] = eligible_.back();
    entry(eligible_[place]).place = place;
  }
  eligible_.pop_back();
}

}  // namespace votebench::plan
