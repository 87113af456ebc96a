#include "world.h"

#include <fmt/format.h>

namespace votebench::report::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* kQuick = "scenarios/quick.yaml";

World named(const std::string& name, const std::string& source) {
  World world;
  world.scenario.name = name;
  world.scenario.source = source;
  world.scenario.seed = 42;
  world.record.begin.invocation = world.here;
  world.record.begin.invocation->options = {{"", source},
                                            {"--target", "my targets/blue.yaml"},
                                            {"--set", "drain.timeout=5s"},
                                            {"--set", "http.timeout=9s"}};
  world.scenario.drain_timeout = 60s;
  world.record.evidence.queue.configured = world.record.evidence.queue.readable_at_end = true;
  world.record.evidence.rows.configured = world.record.evidence.rows.readable = true;
  world.verdict.canaries_passed = world.verdict.canaries_total = 12;
  return world;
}

// One sample a second, the queue at `depth(second)`, `written(second)` rows.
template <typename Depth, typename Written>
void sample(World& world, int seconds, double per_s, Depth depth, Written written) {
  for (int s = 0; s <= seconds; ++s) {
    Sample point;
    point.at = std::chrono::seconds(s);
    point.has_queue = point.has_rows = true;
    point.queue_depth = depth(s);
    point.rows_written = written(s);
    const double sent =
        per_s *
        std::min<double>(s, std::chrono::duration<double>(world.record.load.length).count());
    point.sent = point.acked = point.pushed = static_cast<std::uint64_t>(sent);
    world.record.samples.push_back(point);
  }
}

scenario::Workload constant(const std::string& name, double rate, Nanoseconds duration) {
  scenario::Workload workload;
  workload.name = name;
  workload.executor = scenario::ConstantArrivalRate{rate, duration};
  return workload;
}

// A spread of times that has a tail: 1 ms to 1.9 ms, each 50th vote 9 ms.
Nanoseconds service_of(std::uint64_t vote) {
  return vote % 50 == 49 ? Nanoseconds(9ms)
                         : Nanoseconds(1ms) + 100us * static_cast<int>(vote % 10);
}

// A result page that shows what the table holds.
PageEvidence shown(const Tallies& tallies) { return {true, true, {}, tallies, tallies}; }

}  // namespace

AttemptNumber World::vote(VoterIndex voter, Nanoseconds started, Nanoseconds service,
                          Outcome outcome) {
  Attempt attempt;
  attempt.voter = voter;
  attempt.started_ns = started.count();
  attempt.lag_100ns = 2000;  // 0.2 ms
  attempt.done_100ns = static_cast<std::uint32_t>(service.count() / 100);
  attempt.outcome = outcome;
  attempt.status = outcome == Outcome::acked ? 200 : 0;
  attempt.state = AttemptState::concluded;
  attempts.slots.push_back(attempt);
  return attempts.slots.size() - 1;
}

World::World() {
  record.begin.votebench_version = "0.1.0";
  record.begin.target = "http://127.0.0.1:8080/ (dockersamples)";
  record.begin.environment = {{"system", "Linux 6.1.0"}, {"processors", "2"}};
  record.begin.services = {{"Redis", "queue"}, {"PostgreSQL", "rows"}};
  record.begin.t0_wall = WallTime(std::chrono::seconds(1'763'661'671));  // 2025-11-20T18:01:11Z
}

void World::row(VoterIndex voter, Nanoseconds committed) {
  const Nanoseconds ahead =
      offset_of(ServerClock::Of::rows, record.begin.clocks).value_or(ClockOffset{}).offset;
  record.evidence.rows.rows.own.push_back(
      {voter, 0, (record.begin.t0_wall.time_since_epoch() + committed + ahead).count()});
}

void World::measure_clock(ClockOffset offset) {
  record.begin.clocks = {{ServerClock::Of::rows, offset, record.begin.t0_wall}};
}

void World::read_clock(ServerClock::Of of, Nanoseconds at, ClockOffset offset) {
  record.clocks.push_back({of, offset, record.begin.t0_wall + at});
}

void World::threshold(const std::string& text, const std::string& metric, const std::string& op,
                      double value) {
  scenario.thresholds.push_back({text, metric, op, value});
}

Report World::report() {
  ledger::LoadRecord& load = record.load;
  load.started = record.begin.t0_wall - 2s;
  load.ended = record.begin.t0_wall + load.length + record.evidence.settlement.drain + 1200ms;
  return make_report({scenario, record, attempts, planned}, verdict,
                     {.run_id = "20251120-180111Z-7f3a91bd",
                      .directory = "reports/" + scenario.name + "/20251120-180111Z-7f3a91bd",
                      .selector = "7f3a91bd",
                      .files = {"summary.md", "result.json"},
                      .here = here,
                      .follows_one_like_it = follows_one_like_it});
}

World quick_pass() {
  World world = named("quick", kQuick);
  world.record.load.length = 5s;
  world.scenario.workloads = {constant("quick", 400, 5s)};
  world.measure_clock({3ms, 57us});
  for (VoterIndex voter = 0; voter < 2000; ++voter) {
    const Nanoseconds start = 2500us * voter;
    world.vote(voter, start, service_of(voter));
    world.row(voter, start + service_of(voter) + 3ms);
  }
  sample(
      world, 6, 400, [](int) { return 4U; },
      [](int s) { return static_cast<std::uint64_t>(std::min(s * 400, 2000)); });
  world.planned.rate_per_s = 400;
  world.record.load.cpu = 60ms;
  world.record.evidence.queue.pushed = world.record.evidence.queue.popped = 2000;
  world.record.evidence.queue.depth_max = 6;
  world.record.evidence.rows.rows_start = 20;
  world.record.evidence.rows.rows_end = 2020;
  world.record.evidence.page = shown({{"a", 1115}, {"b", 905}});
  world.verdict.kind = VerdictKind::pass;
  world.verdict.accounting = {2000, 2000, 0, 0, 0, 0};
  world.verdict.voters = world.verdict.persisted = 2000;
  world.verdict.probes = 20;
  world.record.evidence.settlement = {
      SettleProof::complete, "every accepted vote has its row", {}, 120ms, 400, {}};
  return world;
}

World worker_crash() {
  World world = named("peak-with-worker-crash", "scenarios/peak-with-worker-crash.yaml");
  world.record.load.length = 120s;
  world.scenario.warm_up = 5s;
  world.scenario.workloads = {constant("peak", 328, 120s)};
  world.record.events = {
      {60s, "worker-crash", "kill worker; undone: start worker", EventKind::fault, 72100ms, false},
      {80s, "half-time", "", EventKind::mark, std::nullopt, false}};
  world.record.evidence.page = shown({{"a", 17293}, {"b", 14150}});
  world.measure_clock({-250us, 40us});
  for (std::uint64_t vote = 0; vote < 39360; ++vote) {
    // Every fifth vote is a re-vote of the voter before.
    const auto voter = static_cast<VoterIndex>(vote - vote / 5);
    const Nanoseconds start = Nanoseconds(120s) * static_cast<std::int64_t>(vote) / 39360;
    const bool unclear = vote % 3936 == 5;
    world.vote(voter, start, unclear ? Nanoseconds(5s) : service_of(vote),
               unclear ? Outcome::ambiguous : Outcome::acked);
    const bool lost = start >= 60007ms && world.verdict.lost.count < 37;
    if (vote % 5 == 4) continue;
    if (lost) {
      ++world.verdict.lost.count;
      world.verdict.findings.push_back({VoteClass::lost,
                                        fmt::format("vb7f3a91bd{:08x}{:08x}", voter, voter * 7919U),
                                        voter,
                                        vote,
                                        start,
                                        "a",
                                        "",
                                        {Hop::worker, Hop::db},
                                        ""});
      continue;
    }
    const bool outage = start >= 60s && start < 72s;
    world.row(voter, (outage ? Nanoseconds(72s) : start) + service_of(vote) + 14ms);
  }
  world.verdict.lost_by_hop[{Hop::worker, Hop::db}] = 37;
  sample(
      world, 124, 328,
      [](int s) { return s < 60 || s > 84 ? 3U
                         : s < 72         ? (s - 59U) * 328U
                                          : (85U - s) * 300U; },
      [](int s) {
        return static_cast<std::uint64_t>(std::min(s < 60   ? s * 262
                                                   : s < 72 ? 15720
                                                            : s * 262,
                                                   31451));
      });
  world.planned.rate_per_s = 328;
  world.record.load.cpu = 1200ms;
  world.record.evidence.queue.pushed = world.record.evidence.queue.popped = 39355;
  world.record.evidence.queue.depth_max = 4264;
  world.record.evidence.rows.rows_end = world.record.evidence.rows.rows.own.size();
  world.verdict.kind = VerdictKind::fail;
  world.verdict.accounting = {39360, 39350, 0, 10, 0, 0};
  world.verdict.voters = 31488;
  world.verdict.superseded = 7870;
  world.record.evidence.rows.updates = 7801;
  world.verdict.persisted = 39350 - 37 - 7870;
  world.verdict.recovered = 4;
  world.verdict.absent_ambiguous = 6;
  world.verdict.probes = 20;
  world.verdict.reasons = {"37 votes lost"};
  world.record.begin.grounds = {
      {Ground::Kind::measured, "table", "one row per voter (probe voters voted twice)"},
      {Ground::Kind::assumed, "choices", "choices stand in the table as they were sent"}};
  world.verdict.assumptions = {"the worker is serial: it pops a vote, writes it, pops again"};
  world.record.evidence.settlement = {SettleProof::empty_handed,
                                      "the queue is empty and no worker holds a vote",
                                      {},
                                      3100ms,
                                      640,
                                      {}};
  world.record.evidence.settlement.grounds = {
      {Ground::Kind::looked_at, "clients", "1 client took votes, none holds one any more"}};
  world.threshold("http.error_rate < 0.1%", "http.error_rate", "<", 0.001);
  world.threshold("http.response.p99 < 50ms", "http.response.p99", "<", 0.05);
  world.threshold("queue.depth.max < 20000", "queue.depth.max", "<", 20000);
  return world;
}

World still_queued() {
  World world = named("classic-300x40", "scenarios/classic-300x40.yaml");
  world.record.evidence.page = {.configured = true, .why_not = "votes were still on their way"};
  world.record.load.length = 2s;
  scenario::Workload burst;
  burst.name = "classic";
  burst.executor = scenario::Burst{300, std::nullopt, 40};
  world.scenario.workloads = {burst};
  world.scenario.drain_timeout = 5s;
  for (VoterIndex voter = 0; voter < 300; ++voter) {
    const Nanoseconds start = Nanoseconds(2s) * voter / 300;
    world.vote(voter, start, 30ms + service_of(voter));
    if (voter < 68) world.record.evidence.rows.rows.own.push_back({voter, 0, 0});
  }
  sample(
      world, 7, 150, [](int s) { return static_cast<std::uint64_t>(std::min(s, 2) * 140); },
      [](int s) { return static_cast<std::uint64_t>(s * 98 / 10); });
  world.record.evidence.queue.pushed = 300;
  world.record.evidence.queue.popped = 69;
  world.record.evidence.queue.depth_max = 280;
  world.record.evidence.queue.depth_end = 231;
  world.record.evidence.rows.rows_end = 68;
  world.verdict.kind = VerdictKind::inconclusive;
  world.verdict.accounting = {300, 300, 0, 0, 0, 0};
  world.verdict.voters = 300;
  world.verdict.persisted = 68;
  world.verdict.queued = 231;
  world.verdict.pending = 1;
  world.verdict.reasons = {"not settled: 232 accepted votes have no row yet"};
  world.record.evidence.settlement = {
      SettleProof::none, "231 votes are still queued", {}, 5s, 9.8, 23700ms};
  return world;
}

}  // namespace votebench::report::tests
