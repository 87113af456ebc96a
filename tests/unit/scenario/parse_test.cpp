#include "scenario/parse.h"

#include <chrono>

#include "helpers.h"
#include "support/catch.h"

namespace votebench::scenario {
namespace {

using namespace std::chrono_literals;

// The scenario and the target of the design's description, without the keys of later versions.
constexpr std::string_view kEverything = R"(version: 1
name: peak
stack: { name: local, variant: prefetch, workers: 2, batch: 32, poll: 50ms, hold: 90ms, order: pop-before-write }
preflight: { require_empty_queue: false, probe_votes: 0, max_clock_skew: 1s }
voters: { choices: { a: 55, b: 45.5 }, revote: { ratio: 20%, switch: 50%, gap: 2s..1m } }
seed: 42
http: { keep_alive: false, requests_per_connection: 7, connect_timeout: 1s, timeout: 3s, max_idle: 500ms, source_addresses: [127.0.0.2, "::1"] }
threads: 3
warm_up: 5s
workloads:
  peak:
    executor: ramping-arrival-rate
    start_rate: 10/m
    stages: [{ ramp_to: 400/s, over: 20s }, { hold: 70s }, { ramp_to: 0/s, over: 5s }]
    arrivals: poisson
    max_in_flight: 512
  steady: { executor: constant-arrival-rate, rate: 0.5/s, duration: 1m30s, start_at: 3s }
  browsers: { executor: constant-clients, clients: 20, start_at: 10s, duration: 60s, think_time: { dist: exponential, mean: 800ms } }
  queue: { executor: constant-clients, clients: 2, votes: 77, think_time: 800ms }
  rush: { executor: burst, votes: 1000, clients: 40 }
  spread: { executor: burst, votes: 1000, within: 5s, max_in_flight: 9 }
drain: { timeout: 5m }
audit: { lost: 1, flipped: 2, duplicated: 3, phantom: 4, stale: 5, unknown: 2.5% }
thresholds:
  - http.error_rate < 0.1%
  - "http.response.p99 <= 50ms"
report: { dir: out/reports }
)";

TEST_CASE("a scenario without options means its defaults") {
  const Scenario scenario = scenario_of(kMinimal);
  Scenario expected;
  expected.name = "test";
  expected.source = "scenarios/test.yaml";
  expected.workloads = {{"votes", Burst{10, Nanoseconds(1s), 0}, false, 256, Nanoseconds(0)}};
  CHECK(scenario == expected);
}

TEST_CASE("what is around the load is read") {
  const Scenario scenario = scenario_of(kEverything);
  CHECK(scenario.name == "peak");
  CHECK(scenario.stack ==
        StackChoice{"local", "prefetch", {2, 32, 50ms, 90ms, "pop-before-write"}});
  CHECK_FALSE(scenario.target);
  CHECK(scenario.preflight == PreflightSettings{false, 0, 1s});
  CHECK(scenario.voters == Voters{{{"a", 55}, {"b", 45.5}}, {0.2, 0.5, 2s, 1min}});
  CHECK(scenario.seed == 42);
  CHECK(scenario.http == HttpSettings{false, 7, 1s, 3s, 500ms, {"127.0.0.2", "::1"}});
  CHECK(scenario.threads == 3);
  CHECK(scenario.warm_up == 5s);
  CHECK(scenario.drain_timeout == 5min);
  AuditLimits audit{1, 2, 3, 4, 5, 0.025};
  CHECK(scenario.audit == audit);
  CHECK(scenario.report.directory == "out/reports");
}

TEST_CASE("each executor is read") {
  const std::vector<Workload> loads = scenario_of(kEverything).workloads;
  REQUIRE(loads.size() == 6);
  const RampingArrivalRate ramp{10.0 / 60, {{400, 20s}, {400, 70s}, {0, 5s}}};
  CHECK(loads[0] == Workload{"peak", ramp, true, 512, {}});
  CHECK(loads[1] == Workload{"steady", ConstantArrivalRate{0.5, 90s}, false, 256, 3s});
  CHECK(loads[2] ==
        Workload{"browsers", ConstantClients{20, 60s, {}, 800ms, true}, false, 256, 10s});
  CHECK(loads[3] == Workload{"queue", ConstantClients{2, {}, 77, 800ms, false}, false, 256, {}});
  CHECK(loads[4] == Workload{"rush", Burst{1000, {}, 40}, false, 256, {}});
  CHECK(loads[5] == Workload{"spread", Burst{1000, Nanoseconds(5s), 0}, false, 9, {}});
}

TEST_CASE("thresholds keep their text and know their value") {
  const Scenario scenario = scenario_of(kEverything);
  REQUIRE(scenario.thresholds.size() == 2);
  CHECK(scenario.thresholds[0] ==
        Threshold{"http.error_rate < 0.1%", "http.error_rate", "<", 0.001});
  CHECK(scenario.thresholds[1] ==
        Threshold{"http.response.p99 <= 50ms", "http.response.p99", "<=", 0.05});
}

TEST_CASE("forms of YAML that mean the same") {
  const Scenario expected = scenario_of(kMinimal);
  const auto crlf = [](std::string text) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
      text.insert(at, 1, '\r');
    return text;
  };
  CHECK(scenario_of(crlf(std::string(kMinimal))) == expected);
  CHECK(scenario_of("\xEF\xBB\xBF" + std::string(kMinimal)) == expected);
  CHECK(scenario_of("---\n" + std::string(kMinimal) + "...\n") == expected);
  CHECK(scenario_of("# Größe\n" + std::string(kMinimal) + "\t# tabs\n\t\n") == expected);
  CHECK(scenario_of("{ version: 1, workloads: { votes: { \"executor\": 'burst', votes: 10, "
                    "within: \"1s\" } } }") == expected);
  CHECK(scenario_of(std::string(kMinimal) + "threads: auto") == expected);
}

TEST_CASE("a scenario without a name is called after its file") {
  const auto name = [](std::string_view source) {
    return parse_scenario(kMinimal, source, {}).value.value().name;
  };
  CHECK(name("scenarios/classic-1000x40.yaml") == "classic-1000x40");
  CHECK(name("-") == "scenario");
  CHECK(name("my file.yaml") == "scenario");
}

TEST_CASE("variables are expanded in values") {
  const std::string text = std::string(kMinimal) +
                           "seed: ${SEED}\n"
                           "name: \"x-${NAME:-y}-${EMPTY:-z}${EMPTY}\"\n"
                           "report: { dir: \"$HOME/$${literal}/${A}${B}\" }\n"
                           "http: { keep_alive: \"${KEEP}\" }\n";
  const Scenario scenario = scenario_of(
      text,
      options_with({{"SEED", "7"}, {"EMPTY", ""}, {"A", "1"}, {"B", "${A}"}, {"KEEP", "false"}}));
  CHECK(scenario.seed == 7);
  CHECK(scenario.name == "x-y-z");
  CHECK(scenario.report.directory == "$HOME/${literal}/1${A}");
  CHECK_FALSE(scenario.http.keep_alive);
}

TEST_CASE("--set changes, adds and replaces") {
  const Scenario scenario = scenario_of(
      kEverything,
      options_with({{"DIR", "elsewhere"}},
                   {"workloads.peak.stages.1.hold=10s", "seed=1", "seed=2",
                    "workloads.extra={executor: burst, votes: 5, clients: 1}", "report.dir=${DIR}",
                    "thresholds=[drain.time < 5s]", "stack.variant=reference", "warm_up=0s"}));
  CHECK(std::get<RampingArrivalRate>(scenario.workloads[0].executor).stages[1].over == 10s);
  CHECK(scenario.seed == 2);
  CHECK(scenario.workloads.back() == Workload{"extra", Burst{5, {}, 1}, false, 256, {}});
  CHECK(scenario.report.directory == "elsewhere");
  CHECK(scenario.thresholds == std::vector<Threshold>{{"drain.time < 5s", "drain.time", "<", 5}});
  CHECK(scenario.stack->variant == "reference");
}

TEST_CASE("--set can mend a file") {
  CHECK(scenario_of("version: 2\n" + std::string(kMinimal.substr(11)),
                    options_with({}, {"version=1"})) == scenario_of(kMinimal));
}

TEST_CASE("outcome as a result") {
  CHECK(parse_scenario(kMinimal, "x.yaml", {}).result().has_value());
  const auto failed = parse_scenario("version: 1\nworkloads: 5\n", "x.yaml", {}).result();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == ErrorKind::usage);
  CHECK(failed.error().message.substr(0, 18) == "x.yaml:2:12: error");
  CHECK(failed.error().message.back() != '\n');
}

TEST_CASE("after fifty errors only their number is shown") {
  std::string text(kMinimal);
  for (int i = 0; i < 60; ++i) text += "unknown" + std::to_string(i) + ": 1\n";
  const ParseOutcome outcome = parse_scenario(text, "x.yaml", {});
  CHECK(outcome.diagnostics.size() == 60);
  const std::string rendered = outcome.diagnostics.render();
  CHECK(rendered.find("'unknown49'") != std::string::npos);
  CHECK(rendered.find("'unknown50'") == std::string::npos);
  CHECK(rendered.substr(rendered.size() - 24) == "\n... and 10 more errors\n");
}

}  // namespace
}  // namespace votebench::scenario
