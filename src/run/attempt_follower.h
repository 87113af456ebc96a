// Reads the attempts of a run behind the senders, in order, each once.
#pragma once

#include <vector>

#include "ledger/attempt_store.h"
#include "plan/plan.h"
#include "vote/attempt.h"

namespace votebench::run {

// Not thread-safe. `begun`: an attempt comes as soon as it has begun. `concluded`: once its outcome
// is known; then a slow answer delays the later attempts of its workload.
class AttemptFollower {
 public:
  enum class When : std::uint8_t { begun, concluded };

  AttemptFollower(const ledger::AttemptStore& attempts, const plan::RunPlan& plan, When when)
      : attempts_(attempts), when_(when) {
    for (const plan::WorkloadPlan& workload : plan.workloads())
      parts_.push_back({workload.first(), workload.first() + workload.reserved()});
  }

  // Calls visit(attempt) for what is new, at most `most` times per workload.
  template <typename Visit>
  void follow(std::uint64_t most, Visit&& visit) {
    for (auto& [next, end] : parts_) {
      for (std::uint64_t reads = 0; reads < most && next < end; ++reads, ++next) {
        const std::optional<Attempt> attempt = attempts_.read(next);
        if (!attempt) break;
        if (when_ == When::concluded && attempt->state != AttemptState::concluded) break;
        visit(*attempt);
      }
    }
  }

 private:
  // The numbers of one workload that are still to be read.
  struct Part {
    AttemptNumber next;
    AttemptNumber end;
  };

  const ledger::AttemptStore& attempts_;
  const When when_;
  std::vector<Part> parts_;
};

}  // namespace votebench::run
