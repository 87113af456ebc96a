#include "audit/one_voter.h"

#include <algorithm>

#include "audit/ballots.h"
#include "audit/judgement.h"
#include "core/check.h"

namespace votebench::audit {
namespace {

class OneVoter final : public AttemptHistory {
 public:
  OneVoter(const AttemptHistory& all, VoterIndex voter) {
    all.for_each([&](AttemptNumber number, const Attempt& attempt) {
      if (attempt.voter == voter) judged_.push_back({number, attempt});
    });
    std::ranges::stable_sort(judged_, [](const JudgedAttempt& a, const JudgedAttempt& b) {
      return Cast(a.attempt).started_before(Cast(b.attempt));
    });
    for (const JudgedAttempt& entry : judged_) attempts_.push_back(entry.attempt);
  }

  [[nodiscard]] std::vector<JudgedAttempt> take(const std::vector<VoteClass>& fates) && {
    CHECK_THAT_HOLDS(fates.size() == judged_.size());
    for (std::size_t i = 0; i < fates.size(); ++i) judged_[i].vote_class = fates[i];
    return std::move(judged_);
  }

  [[nodiscard]] std::size_t size() const { return attempts_.size(); }

 private:
  void visit_blocks(BlockVisitor visitor, void* context) const override {
    visitor(context, 0, attempts_.data(), attempts_.size());
  }
  std::vector<JudgedAttempt> judged_;
  std::vector<Attempt> attempts_;
};

// The table without the rows of all others.
RowEvidence rows_of(const RowEvidence& all, VoterIndex voter) {
  RowEvidence rows;
  rows.configured = all.configured;
  rows.readable = all.readable;
  rows.same_store = all.same_store;
  rows.is_replica = all.is_replica;
  rows.values_changed = all.values_changed;
  rows.rows_vanished = all.rows_vanished;
  rows.model = all.model;
  rows.probes_vanished = all.probes_vanished;
  rows.voters_vanished = all.voters_vanished;
  rows.restarted = all.restarted;
  std::ranges::copy_if(all.rows.own, std::back_inserter(rows.rows.own),
                       [&](const OwnRow& row) { return row.voter == voter; });
  return rows;
}

}  // namespace

std::vector<JudgedAttempt> judge_voter(const AuditInput& input, VoterIndex voter) {
  OneVoter history(input.attempts, voter);
  if (input.identity == IdentityMode::none || history.size() == 0) return {};
  const RowEvidence rows = rows_of(input.rows, voter);
  const AuditInput question{history.size(),   input.choices, input.identity,    input.ids,
                            input.limits,     history,       input.queue,       rows,
                            input.settlement, false,         input.host_crashed};
  Ballots ballots = collect_ballots(question);
  Judgement judgement(question, ballots);
  std::vector<VoteClass> fates;
  judgement.listen(fates);
  if (rows.model == TableModel::last_wins)
    judge_last_wins(ballots, judgement);
  else
    judge_append(ballots, judgement);
  return std::move(history).take(fates);
}

}  // namespace votebench::audit
