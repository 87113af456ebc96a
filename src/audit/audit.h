// The judgement: pure functions from values to a Verdict. No files, time, network or printing.
#pragma once

#include "vote/attempt.h"
#include "vote/evidence.h"
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
  bool interrupted = false;   // by a signal or an abort threshold
  bool host_crashed = false;  // unclosed run and another boot: empty slots may have been sent
};

// Memory: about 16 bytes per voter and row beyond the input. Deterministic.
// Runs the canaries (audit/canaries.h) first: when one fails the verdict is `broken`.
[[nodiscard]] Verdict judge(const AuditInput& input);

}  // namespace votebench::audit
