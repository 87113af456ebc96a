// The senders in simulated time: what starts when, what is counted, how it ends.
#include "load/load.h"

#include <algorithm>
#include <span>

#include "load/workload_share.h"
#include "simulated_world.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::load;
using namespace votebench::load::test;
using namespace std::chrono_literals;
using scenario::Burst;
using scenario::ConstantArrivalRate;
using scenario::ConstantClients;

namespace {

Target answers_in(Nanoseconds latency) {
  return [latency](const adapters::VoteRequest&) { return Behaviour{latency, Outcome::acked}; };
}

// The most votes that were under way at one time.
std::size_t most_in_flight(const RecordingSink& sink) {
  std::vector<std::pair<Nanoseconds, int>> changes;
  for (const auto& [number, record] : sink.records) {
    changes.emplace_back(record.intent.started, 1);
    changes.emplace_back(record.intent.started + record.conclusion->done, -1);
  }
  std::sort(changes.begin(), changes.end());
  int now = 0;
  int most = 0;
  for (const auto& [time, change] : changes) most = std::max(most, now += change);
  return static_cast<std::size_t>(most);
}

bool sums(const WorkloadSummary& counts) {
  return counts.started == counts.acked + counts.rejected + counts.ambiguous + counts.not_sent &&
         counts.planned == counts.started + counts.never_started();
}

}  // namespace

TEST_CASE("open model: every vote at its due time, N exactly N") {
  World world(scenario_of({workload(ConstantArrivalRate{33.7, 7s})}), answers_in(3ms));
  const LoadSummary& summary = world.run();
  CHECK(summary.total.planned == 236);  // 33.7 x 7 = 235.9
  CHECK(summary.total.acked == 236);
  CHECK(summary.end == LoadEnd::completed);
  CHECK(summary.total.late == 0);
  CHECK(summary.total.lag_max == 0ns);
  CHECK(world.counters.acked == 236);
  CHECK(world.counters.in_flight() == 0);
  auto votes = world.plan.workloads()[0].votes();
  for (const auto& [number, record] : world.sink.records) {
    const auto vote = votes.next();
    REQUIRE(vote);
    CHECK(number == vote->number);
    CHECK(record.intent.voter == vote->voter);
    CHECK(record.intent.choice == vote->choice);
    CHECK(record.intent.started == vote->due);
    CHECK(record.conclusion->done == 3ms);
    CHECK(record.conclusion->first_byte == 3ms);
  }
  CHECK_FALSE(votes.next());
}

TEST_CASE("open model: a slow target makes votes late, drops none, and is named") {
  World world(scenario_of({workload(ConstantArrivalRate{10, 3s}, 2)}), answers_in(1s));
  const LoadSummary& summary = world.run();
  CHECK(summary.total.acked == 30);
  CHECK(most_in_flight(world.sink) == 2);
  // Two start on time, then two per second: the last two (due at 2.8 and 2.9 s) at 14.0 and 14.1 s.
  CHECK(summary.total.lag_max == 11200ms);
  CHECK(summary.total.late == 28);
  CHECK(summary.total.late_by_target == summary.total.late);
  CHECK(summary.total.own_lag_max == 0ns);
  CHECK(summary.finished - summary.started == 15100ms);
  CHECK(summary.exhausted_share > 0.8);
  CHECK(summary.exhausted_share < 1);
}

TEST_CASE("a generator that is late says so") {
  World world(scenario_of({workload(ConstantArrivalRate{1000, 100ms})}), answers_in(1ms));
  world.time.pass_with_each_look(5ms);  // as if each turn of the loop took so long
  const LoadSummary& summary = world.run();
  CHECK(summary.total.acked == 100);
  CHECK(summary.total.late > summary.total.late_by_target + 50);
  CHECK(summary.total.own_lag_max >= 4ms);
  CHECK(summary.exhausted_share == 0);
  CHECK(world.counters.late == summary.total.late);
}

TEST_CASE("closed model: clients think, then vote again; N exactly N") {
  World world(scenario_of({workload(ConstantClients{3, std::nullopt, 7, 50ms, false})}),
              answers_in(100ms));
  const LoadSummary& summary = world.run();
  CHECK(summary.total.planned == 7);
  CHECK(summary.total.acked == 7);
  CHECK(summary.end == LoadEnd::completed);
  std::vector<Nanoseconds> starts;
  for (const auto& [number, record] : world.sink.records) {
    starts.push_back(record.intent.started);
    CHECK(record.intent.lag == 0ns);
  }
  CHECK(starts == std::vector<Nanoseconds>{0ms, 0ms, 0ms, 150ms, 150ms, 150ms, 300ms});
}

TEST_CASE("closed model: ends with its duration, and planned what it started") {
  World world(scenario_of({workload(ConstantClients{4, 1s, std::nullopt, 0ns, false})}),
              answers_in(300ms));
  const LoadSummary& summary = world.run();
  CHECK(summary.total.started == 16);  // at 0, 300, 600 and 900 ms
  CHECK(summary.total.planned == 16);
  CHECK(summary.end == LoadEnd::completed);
  CHECK(summary.finished - summary.started == 1200ms);
}

TEST_CASE("closed model: thinking clients do not outlive the duration") {
  World world(scenario_of({workload(ConstantClients{2, 1s, std::nullopt, 1h, false})}),
              answers_in(10ms));
  CHECK(world.run().total.started == 2);
  CHECK(world.summary.end == LoadEnd::completed);
  CHECK(world.time.now() <= world.t0 + 1s);
}

TEST_CASE("exponential think times have their mean and are reproducible") {
  const auto run = [](std::uint64_t seed) {
    auto scenario = scenario_of({workload(ConstantClients{1, std::nullopt, 4001, 800ms, true})});
    scenario.seed = seed;
    World world(scenario, answers_in(1ms));
    const LoadSummary& summary = world.run();
    return (summary.finished - summary.started - 4001 * 1ms) / 4000.0;
  };
  const auto mean = run(1);
  CHECK(std::abs(mean / 800.0ms - 1) < 0.05);  // standard error 1.6 %
  CHECK(run(1) == mean);
  CHECK(run(2) != mean);
}

TEST_CASE("a burst of clients is the classic 1000 votes, 40 parallel") {
  World world(scenario_of({workload(Burst{1000, std::nullopt, 40})}), answers_in(20ms));
  CHECK(world.run().total.acked == 1000);
  CHECK(most_in_flight(world.sink) == 40);
  CHECK(world.summary.finished - world.summary.started == 500ms);
}

TEST_CASE("open model: lasts to its planned end, however early the last answer comes") {
  World world(scenario_of({workload(ConstantArrivalRate{2, 4s})}), answers_in(1ms));
  const LoadSummary& summary = world.run();
  CHECK(summary.total.acked == 8);  // the last is due at 3.5 s
  CHECK(summary.finished - summary.started == 4s);
  CHECK(world.time.now() == world.t0 + 4s);
  CHECK(summary.end == LoadEnd::completed);
}

TEST_CASE("closed model: a number of votes ends with its last answer") {
  World world(scenario_of({workload(Burst{40, std::nullopt, 40})}), answers_in(20ms));
  CHECK(world.run().finished - world.summary.started == 20ms);
}

TEST_CASE("workloads run side by side, each from its start") {
  auto late = workload(Burst{20, 1s, 0});
  late.name = "late";
  late.start_at = 500ms;
  World world(scenario_of({workload(ConstantArrivalRate{10, 1s}), late}), answers_in(1ms));
  const LoadSummary& summary = world.run();
  REQUIRE(summary.workloads.size() == 2);
  CHECK(summary.workloads[0].acked == 10);
  CHECK(summary.workloads[1].name == "late");
  CHECK(summary.workloads[1].acked == 20);
  CHECK(summary.total.planned == 30);
  CHECK(summary.total.late == 0);
  for (const auto& [number, record] : world.sink.records) {
    if (record.intent.workload == 1) CHECK(record.intent.started >= 500ms);
  }
}

TEST_CASE("a voter has one outstanding attempt, and votes in order") {
  auto scenario = scenario_of({workload(ConstantArrivalRate{100, 30s}, 1000)});
  scenario.voters.revote = {0.5, 1, 100ms, 2s};
  World world(scenario, answers_in(3s));  // longer than any gap
  const LoadSummary& summary = world.run();
  CHECK(summary.total.acked == 3000);
  CHECK(summary.total.late_by_target == summary.total.late);
  std::map<VoterIndex, Nanoseconds> free_at;
  std::size_t revotes = 0;
  for (const auto& [number, record] : world.sink.records) {  // ascending: a voter's votes in order
    const auto known = free_at.find(record.intent.voter);
    if (known != free_at.end()) {
      ++revotes;
      CHECK(record.intent.started >= known->second);
    }
    free_at[record.intent.voter] = record.intent.started + record.conclusion->done;
  }
  CHECK(revotes > 1000);
  // Voters that vote once are not held up by the others.
  CHECK(summary.total.late <= revotes);
}

TEST_CASE("every outcome is counted where it belongs") {
  World world(scenario_of({workload(ConstantArrivalRate{100, 1s})}),
              [](const adapters::VoteRequest& request) {
                constexpr std::array kOutcomes{Outcome::acked, Outcome::rejected,
                                               Outcome::ambiguous, Outcome::not_sent};
                return Behaviour{request.voter % 2 == 0 ? 0ms : 1ms, kOutcomes[request.voter % 4]};
              });
  const LoadSummary& summary = world.run();
  CHECK(summary.total.acked == 25);
  CHECK(summary.total.rejected == 25);
  CHECK(summary.total.ambiguous == 25);
  CHECK(summary.total.not_sent == 25);
  CHECK(sums(summary.total));
  CHECK(world.counters.concluded() == 100);
}

TEST_CASE("no room for another vote: arrivals end, what is in flight is concluded") {
  World world(scenario_of({workload(ConstantArrivalRate{100, 1s})}), answers_in(50ms));
  world.sink.room = 42;
  const LoadSummary& summary = world.run();
  CHECK(summary.end == LoadEnd::no_room);
  CHECK(summary.total.started == 42);
  CHECK(summary.total.acked == 42);
  CHECK(summary.total.never_started() == 58);
}

TEST_CASE("stopped: arrivals end, what is in flight is concluded") {
  World world(scenario_of({workload(ConstantArrivalRate{100, 1s})}), answers_in(50ms));
  world.sink.on_intend = [&](std::size_t started) {
    if (started == 30) world.arrivals.request_stop();
  };
  const LoadSummary& summary = world.run();
  CHECK(summary.end == LoadEnd::stopped);
  CHECK(summary.total.started == 31);
  CHECK(summary.total.acked == 31);
  CHECK(sums(summary.total));
}

TEST_CASE("stopped at once: what is in flight is ambiguous, and concluded as such") {
  World world(scenario_of({workload(ConstantArrivalRate{100, 1s})}), answers_in(50ms));
  world.sink.on_intend = [&](std::size_t started) {
    if (started == 30) world.at_once.request_stop();
  };
  const LoadSummary& summary = world.run();
  CHECK(summary.end == LoadEnd::abandoned);
  CHECK(summary.total.started == 31);
  CHECK(summary.total.ambiguous == 5);  // of the last 50 ms
  CHECK(sums(summary.total));
  for (const auto& [number, record] : world.sink.records) CHECK(record.conclusion);
}

TEST_CASE("a stop after the last answer changes nothing") {
  World world(scenario_of({workload(Burst{5, std::nullopt, 5})}), answers_in(1ms));
  world.sink.on_intend = [&](std::size_t started) {
    if (started == 4) world.arrivals.request_stop();
  };
  CHECK(world.run().end == LoadEnd::completed);
}

TEST_CASE("a target that fails at once does not trap the loop") {
  World world(scenario_of({workload(ConstantClients{2, 10ms, std::nullopt, 0ns, false})}),
              [](const adapters::VoteRequest&) {
                return Behaviour{0ns, Outcome::ambiguous};
              });
  world.time.pass_with_each_look(100us);
  const LoadSummary& summary = world.run();
  CHECK(summary.end == LoadEnd::completed);
  CHECK(summary.total.ambiguous == summary.total.started);
  CHECK(summary.total.started > 1000);
}

TEST_CASE("slots are split without remainder, and no thread is left without one") {
  for (const std::uint32_t whole : {1U, 7U, 256U}) {
    std::uint32_t sum = 0;
    for (std::uint32_t index = 0; index < 5; ++index) sum += share_of(whole, {index, 5});
    CHECK(sum == whole);
  }
  const auto plan = plan::RunPlan::make(
      scenario_of({workload(ConstantArrivalRate{10, 1s}, 3), workload(Burst{9, std::nullopt, 2})}));
  CHECK(sender_threads(*plan, 8) == 2);
  CHECK(sender_threads(*plan, 1) == 1);
  CHECK(sender_threads(*plan, 0) >= 1);
}

namespace {

// When each vote was started, after the first one.
std::vector<Nanoseconds> starts(const RecordingSink& sink) {
  std::vector<Nanoseconds> times;
  for (const auto& [number, record] : sink.records) times.push_back(record.intent.started);
  std::sort(times.begin(), times.end());
  for (Nanoseconds& time : std::span(times).subspan(1)) time -= times.front();
  times.front() = {};
  return times;
}

Target refuses_all() {
  return [](const adapters::VoteRequest&) { return Behaviour{0ns, Outcome::not_sent}; };
}

}  // namespace

TEST_CASE("a client that cannot send pauses longer each time, within limits") {
  World world(scenario_of({workload(ConstantClients{1, 10s, std::nullopt, 0ns, false})}),
              refuses_all());
  const LoadSummary& summary = world.run();
  const auto times = starts(world.sink);
  REQUIRE(times.size() == 16);
  CHECK(std::vector(times.begin(), times.begin() + 9) ==
        std::vector<Nanoseconds>{0ms, 10ms, 30ms, 70ms, 150ms, 310ms, 630ms, 1270ms, 2270ms});
  CHECK(times.back() == 9270ms);
  CHECK(summary.total.not_sent == 16);
  CHECK(summary.total.planned == 16);
  CHECK(sums(summary.total));
  CHECK(summary.end == LoadEnd::completed);
}

TEST_CASE("an answer ends a client's pauses, think time is not added to them") {
  int cast = 0;
  const auto target = [&](const adapters::VoteRequest&) {
    return Behaviour{0ns, ++cast % 3 == 0 ? Outcome::acked : Outcome::not_sent};
  };
  World world(scenario_of({workload(ConstantClients{1, 70ms, std::nullopt, 15ms, false})}), target);
  CHECK(sums(world.run().total));
  CHECK(starts(world.sink) == std::vector<Nanoseconds>{0ms, 15ms, 35ms, 50ms, 65ms});
}

TEST_CASE("a number of votes is spent without pauses") {
  World world(scenario_of({workload(Burst{100, std::nullopt, 4})}), refuses_all());
  CHECK(world.run().total.not_sent == 100);
  CHECK(starts(world.sink).back() == 0ms);
}
