// What judging costs per vote: 5 million votes with their rows, clean and with re-votes, on both
// table models. Usage: bench_audit [votes]
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "audit/audit.h"
#include "core/rng.h"

using namespace votebench;

namespace {

class History final : public AttemptHistory {
 public:
  std::vector<Attempt> attempts;

 private:
  void visit_blocks(BlockVisitor visitor, void* context) const override {
    visitor(context, 0, attempts.data(), attempts.size());
  }
};

struct Run {
  History history;
  QueueEvidence queue;
  RowEvidence rows;
  Settlement settlement;
};

// Rows come in the order of votes; every `revote_every`-th vote is the second one of a voter.
Run make_run(std::size_t votes, std::size_t revote_every, TableModel model) {
  Run run;
  run.rows.configured = run.rows.readable = true;
  run.rows.model = model;
  run.queue.configured = run.queue.readable_at_end = true;
  run.settlement.proof = SettleProof::complete;
  Rng rng(1);
  std::vector<ChoiceIndex> last;
  last.reserve(votes);
  run.history.attempts.reserve(votes);
  run.rows.rows.own.reserve(votes);
  for (std::size_t i = 0; i < votes; ++i) {
    const bool again = revote_every > 0 && i % revote_every == revote_every - 1;
    const auto voter = static_cast<VoterIndex>(
        again ? last.size() - 1 - rng.below(1000) % last.size() : last.size());
    const auto choice = static_cast<ChoiceIndex>(again ? 1 - last[voter] : rng.below(2));
    if (again)
      last[voter] = choice;
    else
      last.push_back(choice);
    Attempt attempt;
    attempt.started_ns = static_cast<std::int64_t>(i) * 200'000;
    attempt.voter = voter;
    attempt.choice = choice;
    attempt.outcome = Outcome::acked;
    attempt.state = AttemptState::concluded;
    run.history.attempts.push_back(attempt);
    if (model == TableModel::append) run.rows.rows.own.push_back({voter, choice, 0});
  }
  if (model == TableModel::last_wins)
    for (std::size_t voter = 0; voter < last.size(); ++voter)
      run.rows.rows.own.push_back({static_cast<VoterIndex>(voter), last[voter], 0});
  return run;
}

long peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// In a process of its own, so that the peak of memory is its own.
void measure(const char* name, std::size_t votes, std::size_t revote_every, TableModel model) {
  if (const pid_t child = fork(); child != 0) {
    waitpid(child, nullptr, 0);
    return;
  }
  const Run run = make_run(votes, revote_every, model);
  const audit::AuditInput input{votes,
                                {"a", "b"},
                                IdentityMode::echoed,
                                VoterIds(RunId{1}, {}),
                                AuditLimits{},
                                run.history,
                                run.queue,
                                run.rows,
                                run.settlement};
  const long before = peak_kilobytes();
  const auto start = std::chrono::steady_clock::now();
  const Verdict verdict = audit::judge(input);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("%-22s %9zu votes  %6.3f s  %6.1f ns per vote  peak +%ld KB  %.*s\n", name, votes,
              took.count(), took.count() * 1e9 / static_cast<double>(votes),
              peak_kilobytes() - before, static_cast<int>(to_string(verdict.kind).size()),
              to_string(verdict.kind).data());
  std::fflush(stdout);
  _exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t votes = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 5'000'000;
  measure("self-check alone", 1, 0, TableModel::last_wins);
  measure("last wins", votes, 0, TableModel::last_wins);
  measure("last wins, re-votes", votes, 5, TableModel::last_wins);
  measure("append, re-votes", votes, 5, TableModel::append);
  return 0;
}
