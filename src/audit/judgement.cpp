#include "audit/judgement.h"

#include <algorithm>
#include <numeric>

#include "core/rng.h"

namespace votebench::audit {
namespace {

std::vector<VoterIndex> sorted(std::vector<VoterIndex> voters) {
  std::sort(voters.begin(), voters.end());
  return voters;
}

std::size_t occurrences(const std::vector<VoterIndex>& voters, VoterIndex voter) {
  const auto [first, last] = std::equal_range(voters.begin(), voters.end(), voter);
  return static_cast<std::size_t>(last - first);
}

Subject subject_of(Cast cast) {
  if (cast.unsent()) return Subject::unsent;
  return cast.is(Outcome::acked) ? Subject::acked : Subject::ambiguous;
}

}  // namespace

std::uint64_t Tally::sum(Subject subject) const {
  const auto& classes = counts_[index(subject)];
  return std::accumulate(classes.begin(), classes.end(), std::uint64_t{0});
}

bool absence_is_proven(const AuditInput& input) {
  const RowEvidence& rows = input.rows;
  const bool rows_prove = rows.configured && rows.readable && rows.same_store && !rows.is_replica &&
                          !rows.were_removed();
  // Counters may be raised without a queue in between: then the settlement is of them alone.
  const bool queue_proves =
      input.queue.configured ? input.queue.readable_at_end : input.rows.counters.kept;
  return rows_prove && queue_proves && input.settlement.settled();
}

Judgement::Judgement(const AuditInput& input, const Ballots& ballots)
    : absence_proven_(absence_is_proven(input)),
      flips_stand_(absence_proven_ || !input.rows.values_changed),
      duplicates_stand_(absence_proven_ || !input.rows.rows_vanished),
      record_may_lack_votes_(input.host_crashed || input.unclosed),
      unrecorded_(ballots.unrecorded),
      seen_(sorted(input.queue.own_seen)),
      listed_(sorted(input.queue.own_listed)),
      in_flight_(sorted(input.queue.own_in_flight)) {}

void Judgement::vote(Cast cast, VoteClass vote_class) {
  tally_.add(subject_of(cast), vote_class);
  if (classes_ != nullptr) classes_->push_back(vote_class);
}

void Judgement::suspect(const Suspicion& suspicion) {
  std::size_t& kept = kept_[static_cast<std::size_t>(suspicion.vote_class)];
  if (kept >= Verdict::kMaxFindings) return;
  ++kept;
  suspicions_.push_back(suspicion);
}

VoteClass Judgement::absent(VoterIndex voter, std::size_t nth, VoteClass when_proven) {
  const std::size_t listed = occurrences(listed_, voter);
  if (nth < listed) return VoteClass::queued;
  if (nth < listed + occurrences(in_flight_, voter)) return VoteClass::in_flight;
  if (absence_proven_) return when_proven;
  pending_mark_ += mix64(std::uint64_t{voter} << 32U | nth);
  return VoteClass::pending;
}

void Judgement::lost(VoterIndex voter, std::size_t votes) {
  if (votes == 1 && occurrences(seen_, voter) > 0) ++lost_behind_vote_;
}

void Judgement::surplus_row(VoterIndex voter, ChoiceIndex choice) {
  row(duplicates_stand_ ? VoteClass::duplicated : VoteClass::pending);
  if (duplicates_stand_) suspect({VoteClass::duplicated, voter, Suspicion::kNoCast, choice});
}

bool Judgement::take_unrecorded() {
  if (unrecorded_ == 0) return false;
  --unrecorded_;
  tally_.add(Subject::ambiguous, VoteClass::recovered);
  return true;
}

void Judgement::stray(const Stray& stray) {
  const VoteClass vote_class = !record_may_lack_votes_ ? VoteClass::phantom
                               : take_unrecorded()     ? VoteClass::recovered
                                                       : VoteClass::contradiction;
  row(vote_class);
  if (vote_class != VoteClass::recovered)
    suspect({vote_class, stray.voter, Suspicion::kNoCast, stray.choice});
}

void Judgement::close() {
  tally_.add(Subject::ambiguous, VoteClass::absent_ambiguous, unrecorded_);
  unrecorded_ = 0;
}

}  // namespace votebench::audit
