// Reads the attempts of a run behind the senders, each once, as soon as it is concluded.
#pragma once

#include <vector>

#include "ledger/attempt_store.h"
#include "plan/plan.h"
#include "vote/attempt.h"

namespace votebench::run {

// One thread's own. A slow answer holds up those behind it in the same workload.
class AttemptFollower {
 public:
  AttemptFollower(const ledger::AttemptStore& attempts, const plan::RunPlan& plan)
      : attempts_(attempts) {
    for (const plan::WorkloadPlan& workload : plan.workloads()) cursor_.push_back(workload.first());
  }

  // Calls visit(attempt) for what is new, at most `most` times per workload.
  template <typename Visit>
  void follow(std::uint64_t most, Visit&& visit) {
    for (AttemptNumber& cursor : cursor_) {
      for (std::uint64_t reads = 0; reads < most; ++reads, ++cursor) {
        const std::optional<Attempt> attempt = attempts_.read(cursor);
        if (!attempt || attempt->state != AttemptState::concluded) break;
        visit(*attempt);
      }
    }
  }

 private:
  const ledger::AttemptStore& attempts_;
  std::vector<AttemptNumber> cursor_;  // per workload
};

}  // namespace votebench::run
