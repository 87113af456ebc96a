// The judgement: pure functions from values to a Verdict. No files, time, network or printing.
#pragma once

#include "audit/second_look.h"
#include "vote/attempt.h"
#include "vote/evidence.h"
#include "vote/shard.h"
#include "vote/target_settings.h"
#include "vote/verdict.h"
#include "vote/vote.h"
#include "vote/voter_id.h"

namespace votebench::audit {

struct AuditInput {
  // What was meant to happen.
  std::uint64_t planned = 0;  // a closed model's planned = what it started
  ChoiceNames choices;
  IdentityMode identity = IdentityMode::echoed;
  VoterIds ids;
  AuditLimits limits;
  // What was sent and what came of it. Slots with state `intended` count as ambiguous.
  const AttemptHistory& attempts;
  // What was seen. Referenced, not copied: must outlive the call.
  const QueueEvidence& queue;
  const RowEvidence& rows;
  const Settlement& settlement;
  bool interrupted = false;   // by a signal, or by a disk that is full
  bool host_crashed = false;  // unclosed run and another boot: empty slots may have been sent
  // A threshold with `abort: true` ended the load, as the scenario asked: the votes that were never
  // started count neither for nor against a pass.
  bool ended_by_threshold = false;
  // Null in a run. Else queue, rows and settlement are those of its `merged`.
  const SecondLook* second_look = nullptr;
  Services services{};
  // The run was killed: what its record lacks need not have been unsent, so no row is a phantom.
  bool unclosed = false;
  bool own_stack = false;        // votebench's own, for this run alone: nobody else votes there
  bool drain_cut_short = false;  // by a second signal
  // Shards whose ledger is gone: nobody knows what they sent, and a row of their voters proves
  // nothing.
  ShardSet unledgered{};
};

// Memory: about 16 bytes per voter beyond the input. Deterministic, and independent of the order of
// rows. Runs the canaries (audit/canaries.h) first; when one of them fails, or when a sum of the
// verdict does not hold, the verdict is `broken`.
[[nodiscard]] Verdict judge(const AuditInput& input);

// Accepted votes that the rows of `input` do not show (yet): absent, or the voter's row still holds
// a value that a later accepted vote is to replace. Zero is what SettleProof::complete means, with
// exactly the rules that judge() applies. `queue` and `settlement` of the input are not looked at.
[[nodiscard]] MissingVotes missing_acked(const AuditInput& input);

}  // namespace votebench::audit
