// What an engine may do to the shards of a run: kill, start again, start late, give one index
// twice, lose a ledger or a machine. The claim, the ledgers, their merge and the audit are the real
// ones; the engine and the stack are simulated.
#include <algorithm>
#include <map>
#include <set>

#include "audit/audit.h"
#include "core/rng.h"
#include "ledger/files.h"
#include "run/await_shards.h"
#include "run/judge_run.h"
#include "support/catch.h"
#include "support/shard_world.h"

using namespace votebench;
using namespace std::chrono_literals;
using votebench::support::concluded;
using votebench::support::ShardTask;
using votebench::support::ShardWorld;

namespace {

constexpr std::uint64_t kSchedules = 200;
constexpr std::size_t kVictims = 5;

scenario::Scenario scenario_of(Rng& rng) {
  scenario::Scenario scenario;
  scenario.name = "schedules";
  scenario.seed = rng.below(1'000'000);
  scenario::Workload workload;
  workload.name = "w";
  workload.max_in_flight = 64;
  if (rng.uniform() < 0.5)
    workload.executor = scenario::Burst{60 + rng.below(60), 2s};
  else
    workload.executor = scenario::ConstantClients{
        .clients = 20, .duration = {}, .votes = 60 + rng.below(60), .think_time = {}};
  scenario.workloads = {workload};
  scenario.voters.revote.ratio = rng.uniform() < 0.5 ? 0 : 0.3;
  scenario.voters.revote.gap_min = 10ms;
  return scenario;
}

// Accepts votes, some without an answer, and writes rows; loses those of the victims.
class Stack {
 public:
  Stack(Rng& rng, TableModel model) : rng_(rng), model_(model) {}

  std::optional<Conclusion> serve(const PlannedVote& vote) {
    ++sent_[vote.number];
    const double fate = rng_.uniform();
    if (fate < 0.02) return concluded(Outcome::not_sent);
    const bool pushed = fate > 0.04;
    if (pushed) pushes_.push_back({vote.voter, vote.choice, vote.number});
    if (fate < 0.06) return std::nullopt;
    if (fate < 0.08) return concluded(Outcome::ambiguous);
    acked_[vote.number] = {vote.voter, vote.choice};
    return concluded(Outcome::acked);
  }

  // Accepted votes whose loss shows, of voters that are not excused.
  void lose(const std::function<bool(VoterIndex)>& excused) {
    std::map<VoterIndex, int> votes;
    for (const Push& push : pushes_) ++votes[push.voter];
    for (const auto& [number, vote] : acked_)
      if (victims_.size() < kVictims && votes[vote.first] == 1 && !excused(vote.first))
        victims_.insert(number);
  }

  [[nodiscard]] std::vector<OwnRow> rows() const {
    std::vector<OwnRow> rows;
    for (const Push& push : pushes_) {
      if (victims_.contains(push.number)) continue;
      const auto row = std::ranges::find(rows, push.voter, &OwnRow::voter);
      if (model_ == TableModel::append || row == rows.end())
        rows.push_back({push.voter, push.choice, 0});
      else
        row->choice = push.choice;
    }
    return rows;
  }

  [[nodiscard]] const std::set<AttemptNumber>& victims() const { return victims_; }
  [[nodiscard]] bool any_twice() const {
    return std::ranges::any_of(sent_, [](const auto& vote) { return vote.second > 1; });
  }

 private:
  struct Push {
    VoterIndex voter;
    ChoiceIndex choice;
    AttemptNumber number;
  };
  Rng& rng_;
  TableModel model_;
  std::vector<Push> pushes_;
  std::map<AttemptNumber, int> sent_;
  std::map<AttemptNumber, std::pair<VoterIndex, ChoiceIndex>> acked_;
  std::set<AttemptNumber> victims_;
};

// One run under a random engine.
struct Schedule {
  explicit Schedule(std::uint64_t seed)
      : rng(seed, 14),
        scenario(scenario_of(rng)),
        shards(static_cast<std::uint32_t>(1 + rng.below(5))),
        world(scenario, shards),
        model(rng.uniform() < 0.5 ? TableModel::append : TableModel::last_wins),
        stack(rng, model) {
    for (std::uint32_t index = 0; index < shards; ++index) play(index);
  }

  void play(std::uint32_t index) {
    if (rng.uniform() < 0.05) return lost.push_back(index);  // never started
    ShardTask task{.index = index};
    if (rng.uniform() < 0.1) task.late = true;
    if (rng.uniform() < 0.35) task.killed_after = rng.below(25);
    if (task.killed_after && rng.uniform() < 0.3) {
      task.on_another = true;
      task.unwritten = rng.below(4);
    }
    if (task.late) task.killed_after.reset();
    start(task);
    // Once more, or twice: a requeue, a doubled index, a pod in its place.
    for (std::uint64_t again = rng.below(3); again > 0; --again) start({.index = index});
    if (rng.uniform() < 0.1) lose_ledger(index);
  }

  void start(const ShardTask& task) {
    (void)world.start(task, [this](const PlannedVote& vote) { return stack.serve(vote); });
  }

  // The attempts alone, or all of it: then the engine's next start sends the share again.
  void lose_ledger(std::uint32_t index) {
    lost.push_back(index);
    if (rng.uniform() < 0.5) {
      std::filesystem::remove_all(world.shard(index) / ledger::kAttemptsDirectory);
      return;
    }
    std::filesystem::remove_all(world.shard(index));
    if (rng.uniform() < 0.5) return;
    sent_again = true;
    start({.index = index, .killed_after = rng.below(30)});
    std::filesystem::remove_all(world.shard(index) / ledger::kAttemptsDirectory);
  }

  [[nodiscard]] bool is_lost(VoterIndex voter) const {
    return std::ranges::find(lost, voter % shards) != lost.end();
  }

  // As the observer does it.
  Verdict judge() {
    const auto store = world.empty_store();
    Result<shards::Merged> merged =
        shards::merge_ledgers(world.directory(), world.ticket(), world.plan(), *store);
    REQUIRE(merged.has_value());
    ledger::RunRecord record{.begin = world.ticket().run};
    record.begin.limits.unknown_share = 1;
    record.begin.limits.min_acked_share = 0;
    record.begin.services = {{"Redis", "redis"}, {"PostgreSQL", "postgres"}};
    run::note_shards(*std::move(merged), record);
    provable =
        static_cast<std::size_t>(std::ranges::count_if(stack.victims(), [&](AttemptNumber number) {
          const auto attempt = store->read(number);
          return attempt && attempt->outcome == Outcome::acked;
        }));
    record.complete = true;
    record.evidence.queue.configured = record.evidence.queue.readable_at_end = true;
    record.evidence.rows.configured = record.evidence.rows.readable = true;
    record.evidence.rows.model = model;
    record.evidence.rows.rows.own = stack.rows();
    record.evidence.settlement.proof = SettleProof::empty_handed;
    return audit::judge(run::audit_input(record, *store));
  }

  Rng rng;
  scenario::Scenario scenario;
  std::uint32_t shards;
  ShardWorld world;
  TableModel model;
  Stack stack;
  std::vector<std::uint32_t> lost;
  bool sent_again = false;
  // Victims whose answer is on record: a machine may go down with its last slots.
  std::size_t provable = 0;
};

}  // namespace

TEST_CASE("200 schedules of an engine: no vote twice, no stack that lost nothing is accused") {
  std::uint64_t with_lost = 0;
  std::uint64_t with_again = 0;
  for (std::uint64_t seed = 0; seed < kSchedules; ++seed) {
    CAPTURE(seed);
    Schedule schedule(seed);
    if (!schedule.sent_again) CHECK_FALSE(schedule.stack.any_twice());
    const Verdict verdict = schedule.judge();
    CAPTURE(verdict.reasons);
    CHECK(verdict.kind != VerdictKind::fail);
    CHECK(verdict.kind != VerdictKind::broken);
    if (!schedule.lost.empty()) ++with_lost;
    if (schedule.sent_again) ++with_again;
  }
  // Otherwise nothing was tried.
  CHECK(with_lost > kSchedules / 5);
  CHECK(with_again > kSchedules / 50);
}

TEST_CASE("200 schedules of an engine: what the stack lost is found, to the vote") {
  std::uint64_t guilty = 0;
  for (std::uint64_t seed = 1000; seed < 1000 + kSchedules; ++seed) {
    CAPTURE(seed);
    Schedule schedule(seed);
    schedule.stack.lose([&](VoterIndex voter) { return schedule.is_lost(voter); });
    const Verdict verdict = schedule.judge();
    CAPTURE(verdict.reasons);
    CHECK(verdict.lost.count == schedule.provable);
    CHECK(verdict.kind != VerdictKind::broken);
    if (schedule.provable == 0) continue;
    ++guilty;
    CHECK(verdict.kind == VerdictKind::fail);
  }
  CHECK(guilty > kSchedules / 2);
}
