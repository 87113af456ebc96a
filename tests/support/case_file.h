// A run of the audit in memory: attempts, evidence and settlement in one value, built line by line.
#pragma once

#include <vector>

#include "audit/audit.h"

namespace votebench::support {

// Starts as a run with a readable table and an empty, readable queue that has settled, and with
// limits that let any share of unknown and unaccepted votes pass.
class CaseFile final : public AttemptHistory {
 public:
  CaseFile() {
    queue.configured = queue.readable_at_end = true;
    rows.configured = rows.readable = true;
    settlement.proof = SettleProof::empty_handed;
    limits.unknown_share = 1;
    limits.min_acked_share = 0;
  }

  // Appends an attempt; it starts after all others. Outcome::none: intent without a conclusion.
  CaseFile& vote(VoterIndex voter, ChoiceIndex choice, Outcome outcome) {
    Attempt attempt;
    attempt.voter = voter;
    attempt.choice = choice;
    attempt.outcome = outcome;
    attempt.started_ns = static_cast<std::int64_t>(attempts.size() + 1) * 1'000'000;
    attempt.state = outcome == Outcome::none ? AttemptState::intended : AttemptState::concluded;
    attempts.push_back(attempt);
    return *this;
  }
  CaseFile& row(VoterIndex voter, ChoiceIndex choice) {
    rows.rows.own.push_back({voter, choice, 0});
    return *this;
  }
  CaseFile& model(TableModel table) {
    rows.model = table;
    return *this;
  }
  CaseFile& unsettled() {
    settlement.proof = SettleProof::none;
    return *this;
  }

  // Refers to this object.
  [[nodiscard]] audit::AuditInput input() const {
    return {attempts.size() + empty_slots,
            choices,
            identity,
            VoterIds(RunId{0xB7F3A}, RunKey{1, 2}),
            limits,
            *this,
            queue,
            rows,
            settlement,
            interrupted,
            host_crashed,
            false,
            nullptr,
            {{"Redis", "redis"}, {"PostgreSQL", "postgres"}},
            unclosed,
            own_stack};
  }

  ChoiceNames choices{"a", "b", "c"};
  std::vector<Attempt> attempts;  // by number
  QueueEvidence queue;
  RowEvidence rows;
  Settlement settlement;
  AuditLimits limits;
  IdentityMode identity = IdentityMode::echoed;
  std::uint64_t empty_slots = 0;  // planned, never started
  bool interrupted = false;
  bool host_crashed = false;
  bool unclosed = false;
  bool own_stack = false;

 private:
  void visit_blocks(BlockVisitor visitor, void* context) const override {
    visitor(context, 0, attempts.data(), attempts.size());
  }
};

}  // namespace votebench::support
