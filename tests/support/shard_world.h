// A ticket in a directory of its own, and shards that write what their sending came to, as
// processes of their own would: the real claim, the real ledger.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/clock.h"
#include "ledger/run_directory.h"
#include "plan/plan.h"
#include "scenario/scenario.h"
#include "shards/claim.h"
#include "shards/ledgers.h"
#include "shards/ticket.h"
#include "unit/ledger/fixtures.h"
#include "vote/shard.h"

namespace votebench::support {

// What becomes of one vote: nothing is a kill in the middle of it.
using Fate = std::function<std::optional<Conclusion>(const PlannedVote&)>;

inline Conclusion concluded(Outcome outcome) {
  return {.outcome = outcome, .status = 200, .done = std::chrono::milliseconds(1)};
}

struct ShardTask {
  std::uint32_t index = 0;
  // After how many votes of its share it is killed; nothing: it closes its ledger.
  std::optional<std::size_t> killed_after{};
  bool late = false;          // sends nothing
  bool on_another = false;    // machine
  std::size_t unwritten = 0;  // of the last votes, by a machine that went down with them
};

class ShardWorld {
 public:
  ShardWorld(const scenario::Scenario& scenario, std::uint32_t shards)
      : plan_(plan::RunPlan::make(scenario).value()) {
    ticket_.shards = shards;
    ledger::Manifest& run = ticket_.run;
    run.votebench_version = VOTEBENCH_VERSION;
    run.run = RunId{0x5AA2D};
    run.key = RunKey{3, 1, 4};
    run.scenario_name = scenario.name;
    run.choices = plan_.choices();
    for (const plan::WorkloadPlan& workload : plan_.workloads())
      run.workloads.push_back(
          {workload.workload().name, workload.first(), workload.reserved(), workload.total()});
    CHECK_THAT_HOLDS(shards::write_ticket(directory(), ticket_));
  }

  [[nodiscard]] const std::filesystem::path& directory() const { return place_.path(); }
  [[nodiscard]] const shards::Ticket& ticket() const { return ticket_; }
  [[nodiscard]] const plan::RunPlan& plan() const { return plan_; }
  [[nodiscard]] std::filesystem::path shard(std::uint32_t index) const {
    return shards::shard_directory(directory(), index);
  }

  // One start of a shard. Returns whether it was its first: only then votes are sent.
  bool start(const ShardTask& task, const Fate& fate) const {
    const std::string boot = task.on_another ? "another machine" : ledger::current_boot_id();
    const shards::Claiming claiming =
        shards::claim_shard(directory(), task.index, {.host = "node", .boot_id = boot}).value();
    if (!claiming.ours) return false;
    ledger::RunRecord record{.begin = ticket_.run};
    record.begin.boot_id = boot;
    const auto run = ledger::RunDirectory::create_in(shard(task.index), record.begin).value();
    const auto attempts = run.create_attempts(record.begin).value();
    if (task.late) record.unfit = Error{ErrorKind::environment, "it was ready 41 s late", {}};
    if (!task.late) send(task, fate, *attempts);
    if (task.killed_after) return true;
    record.load.completed = !task.late;
    CHECK_THAT_HOLDS(run.save(record) && run.close({.ended = record.load.ended}));
    return true;
  }

  // Where the shards' votes are brought together.
  [[nodiscard]] std::unique_ptr<ledger::AttemptStore> empty_store() const {
    static int number = 0;
    return ledger::AttemptStore::create(directory() / ("merged-" + std::to_string(++number)),
                                        ticket_.run.workloads, {ticket_.run.run, ticket_.run.slots})
        .value();
  }

 private:
  // Of a workload after the other, which no shard does; nothing here depends on it.
  [[nodiscard]] std::vector<std::pair<WorkloadIndex, PlannedVote>> share_of(
      const ShardTask& task) const {
    std::vector<std::pair<WorkloadIndex, PlannedVote>> share;
    const Shard place{task.index, ticket_.shards};
    for (const plan::WorkloadPlan& workload : plan_.workloads()) {
      plan::VoteStream votes = workload.votes();
      for (auto vote = votes.next(); vote && share.size() != task.killed_after; vote = votes.next())
        if (place.owns(vote->voter)) share.emplace_back(workload.index(), *vote);
    }
    return share;
  }

  void send(const ShardTask& task, const Fate& fate, ledger::AttemptStore& attempts) const {
    const auto share = share_of(task);
    for (std::size_t i = 0; i < share.size(); ++i) {
      const auto& [workload, vote] = share[i];
      const std::optional<Conclusion> conclusion = fate(vote);
      if (i + task.unwritten >= share.size()) continue;
      CHECK_THAT_HOLDS(
          attempts.intend(vote.number, {.voter = vote.voter,
                                        .choice = vote.choice,
                                        .workload = workload,
                                        .started = vote.due + std::chrono::microseconds(i)}));
      if (conclusion) attempts.conclude(vote.number, *conclusion);
    }
  }

  ledger::test::TemporaryDirectory place_;
  shards::Ticket ticket_;
  plan::RunPlan plan_;
};

}  // namespace votebench::support
