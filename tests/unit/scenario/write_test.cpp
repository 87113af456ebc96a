#include "scenario/write.h"

#include <chrono>

#include "core/rng.h"
#include "helpers.h"
#include "scenario/profiles.h"
#include "scenario/quick.h"
#include "scenario/thresholds.h"
#include "scenario/urls.h"
#include "support/catch.h"

namespace votebench::scenario {
namespace {

using namespace std::chrono_literals;

// Seeded scenarios with every kind of value.
class RandomScenario {
 public:
  explicit RandomScenario(std::uint64_t seed) : rng_(seed) {}

  Scenario make() {
    Scenario scenario;
    scenario.name = "random";
    scenario.source = "scenarios/test.yaml";
    if (coin()) scenario.stack = stack();
    if (!scenario.stack && coin()) scenario.target = target();
    scenario.preflight = {coin(), number(0, 10000), time(1ms, 1h)};
    scenario.voters.choices = {{"a", weight()}, {"on", weight()}, {"7", weight()}};
    if (coin()) scenario.voters.choices.push_back({"\"Kätzchen\" & ${dogs}: 'ß' #\\", weight()});
    scenario.voters.revote = {share() * 0.99, share(), time(1ms, 1s), time(1s, 1h)};
    scenario.seed = rng_.next();
    scenario.http = {coin(),          number(0, 1000), time(1ms, 5min),
                     time(1ms, 5min), time(1ms, 1h),   {"127.0.0.1"}};
    scenario.threads = number(0, 256);
    for (int i = 0; i < 5; ++i) scenario.workloads.push_back(workload(i));
    scenario.drain_timeout = time(1ms, 24h);
    scenario.audit = {number(0, 9), number(0, 9), number(0, 9),
                      number(0, 9), number(0, 9), share()};
    if (!scenario.target && coin()) scenario.events = events();
    if (coin()) scenario.thresholds.push_back(parse_threshold("drain.time < 5s").value());
    if (coin())
      scenario.thresholds.push_back(
          parse_threshold("http.error_rate{workload=w0, from=1s,to=2s} < 1%").value());
    for (Threshold& threshold : scenario.thresholds) threshold.warn = coin();
    if (scenario.thresholds.size() == 2) scenario.thresholds[1].abort = coin();
    scenario.report.directory = coin() ? "reports" : "a \"quoted\" \\ ${dir}: ü #1";
    if (coin()) scenario.report.formats = {"html", "csv"};
    if (coin()) scenario.report.keep_runs = number(1, 50);
    if (scenario.report.keep_runs) scenario.report.keep_failed = number(0, 9);
    return scenario;
  }

 private:
  bool coin() { return rng_.below(2) == 0; }
  std::uint32_t number(std::uint32_t least, std::uint32_t most) {
    return least + static_cast<std::uint32_t>(rng_.below(most - least + 1));
  }
  Nanoseconds time(Nanoseconds least, Nanoseconds most) {
    const auto spread = static_cast<std::uint64_t>((most - least).count());
    return least + Nanoseconds(static_cast<std::int64_t>(rng_.below(spread + 1)));
  }
  double share() { return coin() ? rng_.uniform() : 0.05 * static_cast<double>(rng_.below(20)); }
  double weight() { return 0.001 + rng_.uniform() * 1000; }
  double rate() { return coin() ? 1 + rng_.uniform() * 1e5 : number(1, 100) / 60.0; }

  std::vector<ScheduledEvent> events() {
    const ScheduledEvent mark{"half-time", time(0s, 1s), {}, std::nullopt};
    const ScheduledEvent fault{"crash",
                               time(0s, 1s),
                               {"kill", "worker", {}},
                               ScheduledEvent::Undo{time(2s, 1min), {"start", "worker", {}}}};
    const ScheduledEvent command{"deploy",
                                 time(0s, 1s),
                                 {"", "", {"./deploy", "a b", "$HOME \"x\""}},
                                 ScheduledEvent::Undo{time(2s, 1min), {"", "", {"true"}}}};
    return coin() ? std::vector{mark, fault} : std::vector{command, mark};
  }

  StackChoice stack() {
    StackChoice choice{"local", "dockersamples", {}};
    if (coin()) choice.worker.workers = number(1, 64);
    if (coin()) choice.worker.hold = time(0s, 10min);
    if (coin()) choice.worker.order = "ack-after-write";
    return choice;
  }

  TargetSettings target() {
    TargetSettings target = profile_settings(profiles()[rng_.below(profiles().size())]);
    target.vote.host = coin() ? "::1" : "host.example";
    target.vote.form["lang"] = "de: at";
    target.vote.form["vote[choice]"] = "{choice}";
    target.vote.identity = coin() ? IdentityMode::sent : IdentityMode::none;
    if (target.vote.identity == IdentityMode::sent && coin()) ids_elsewhere(target.vote);
    if (coin()) target.queue = coin() ? redis_list() : redis_stream();
    if (target.queue == redis_list() && coin()) target.queue->further_lists = {"b", "c: d"};
    if (target.queue == redis_stream() && coin()) {
      target.queue->group = "work'ers";
      target.queue->in_flight = {"the pending entries of group 'work'ers'"};
    }
    if (coin()) target.rows = postgres_table();
    if (target.rows && coin())
      target.rows->where = {{"poll_id", "7"}, {"deleted_at", std::nullopt}, {"day", "$ no: #"}};
    if (target.vote.identity == IdentityMode::none && coin()) counters(target);
    if (target.queue && coin()) target.queue->path = "/run/redis.sock";
    if (target.queue && target.queue->path.empty()) target.queue->tls = coin();
    if (coin()) target.settle_quiet = time(1s, 1h);
    if (coin()) target.proxy = HostPort{coin() ? "proxy" : "::1", 1};
    if (coin()) target.vote.connect_to = HostPort{coin() ? "10.0.0.1" : "::1", 8443};
    if (coin()) target.tunnel = {"artifacts/a b/ssh_config", "front-end.1"};
    return target;
  }

  void ids_elsewhere(VoteEndpoint& vote) {
    vote.method = coin() ? VoteMethod::post : VoteMethod::put;
    vote.headers = {{"X-Voter", {"{voter}", {}}}, {"Accept", {"*/*; \"q\"", {}}}};
    if (coin()) vote.cookie.clear();
    if (coin()) vote.path = "/votes/{choice}?id={voter}";
    if (coin()) {
      vote.form.clear();
      vote.json = coin() ? R"({"vote": "{choice}\\", "id": "{voter}$"})" : "";
      if (vote.json.empty()) vote.path = "/votes/{choice}";
    }
    if (coin()) vote.csrf = CsrfSettings{"/form?a=b", "", "csrftoken", "X-CSRFToken"};
    if (coin() && !vote.form.empty()) vote.csrf = CsrfSettings{"/", "token", "", ""};
  }

  void counters(TargetSettings& target) {
    target.rows = vote_counters();
    CounterSettings& counters = *target.rows->counters;
    counters.source = coin() ? "redis" : coin() ? "postgres" : "page";
    counters.exclusive = coin();
    target.rows->stored_choices = {{"Cats $x", "the cats"}, {"b", "/a~1b"}};
    if (counters.source == "page") target.rows->stored_choices = {{"b", "/a~1b/0"}};
    if (counters.source == "page") target.rows->url = "http://host.example:81/votes";
    if (counters.source == "postgres") counters.count_column = "n o";
    if (counters.source != "redis") return;
    if (coin()) counters.hash = "votes: all";
    if (coin()) counters.server.path = "/run/redis.sock";
    target.rows->url = redis_url_of(counters.server);
  }

  Workload workload(int i) {
    Workload load;
    load.name = "w" + std::to_string(i);
    load.start_at = time(0s, 1h);
    switch (rng_.below(4)) {
      case 0:
        load.executor = ConstantArrivalRate{rate(), time(1min, 1h)};
        break;
      case 1:
        load.executor = RampingArrivalRate{rate(), {{rate(), time(1min, 1h)}, {0, time(1s, 1h)}}};
        break;
      case 2:
        load.executor = Burst{number(1, 1000), time(1ms, 1h), 0};
        break;
      default:
        load.executor = ConstantClients{number(1, 9), time(1s, 1h), {}, time(0s, 1s), coin()};
    }
    const bool closed = std::holds_alternative<ConstantClients>(load.executor);
    if (!closed) load.max_in_flight = number(1, 1000);
    load.poisson = !closed && !std::holds_alternative<Burst>(load.executor) && coin();
    return load;
  }

  Rng rng_;
};

TEST_CASE("what is written parses back to the same scenario") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Scenario scenario = RandomScenario(seed).make();
    const std::string text = to_yaml(scenario);
    INFO(text);
    REQUIRE(scenario_of(text) == scenario);
  }
}

TEST_CASE("a target file parses back to the same target") {
  TargetSettings target = profile_settings(*find_profile("keep-alive"));
  target.queue = redis_list();
  target.queue->password = Secret("hunter2", Secret::Origin::environment, "REDIS_PASSWORD");
  target.rows = postgres_table();
  target.rows->password = Secret("", Secret::Origin::environment, "PG_PASSWORD");
  target.vote.headers["Authorization"] = {
      "", Secret("hunter2", Secret::Origin::environment, "REDIS_PASSWORD")};
  const std::string text = to_yaml(target);
  INFO(text);
  CHECK(text.find("hunter2") == std::string::npos);
  CHECK(text.find("headers: { Authorization: { env: REDIS_PASSWORD } }") != std::string::npos);
  CHECK(text.find("password: { env: REDIS_PASSWORD }") != std::string::npos);
  CHECK(text.find("password: { env: PG_PASSWORD, optional: true }") != std::string::npos);
  CHECK(target_of(text, options_with({{"REDIS_PASSWORD", "hunter2"}})) == target);
}

TEST_CASE("a secret of unknown origin is written as stars") {
  TargetSettings target;
  target.queue = redis_list();
  target.queue->password = Secret("hunter2");
  const std::string text = to_yaml(target);
  CHECK(text.find("password: \"***\"") != std::string::npos);
  CHECK(text.find("hunter2") == std::string::npos);
}

TEST_CASE("what each combination of options stands for") {
  const auto load = [](const QuickRun& run) {
    const Scenario scenario = quick_scenario(run).value();
    REQUIRE(scenario.workloads.size() == 1);
    CHECK(scenario.source == "(command line)");
    return scenario.workloads[0].executor;
  };
  CHECK(load({"1000", "7", "", ""}) == Executor(Burst{1000, {}, 7}));
  CHECK(load({"1000", "", "", ""}) == Executor(Burst{1000, {}, 40}));
  CHECK(load({"1000", "", "", "5s"}) == Executor(Burst{1000, Nanoseconds(5s), 0}));
  CHECK(load({"1000", "", "50/s", ""}) == Executor(Burst{1000, Nanoseconds(20s), 0}));
  CHECK(load({"", "", "50/s", "20s"}) == Executor(ConstantArrivalRate{50, 20s}));
  CHECK(load({"", "8", "", "20s"}) ==
        Executor(ConstantClients{8, Nanoseconds(20s), {}, {}, false}));
}

TEST_CASE("the YAML of a quick run is the same run") {
  const QuickRun run{"1000", "40", "", ""};
  const std::string yaml = quick_yaml(run).value();
  CHECK(parse_scenario(yaml, "(command line)", {}).value == quick_scenario(run).value());
}

TEST_CASE("options that say too little, too much or nonsense") {
  const auto message = [](const QuickRun& run) {
    const auto result = quick_scenario(run);
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == ErrorKind::usage);
    return result.error().message;
  };
  const std::string vague = "these options do not say what to send";
  CHECK(message({"", "", "", ""}) == vague);
  CHECK(message({"", "40", "", ""}) == vague);
  CHECK(message({"", "", "50/s", ""}) == vague);
  CHECK(message({"", "", "", "5s"}) == vague);
  CHECK(message({"10", "40", "50/s", ""}) == vague);
  CHECK(message({"10", "", "50/s", "5s"}) == vague);
  CHECK(message({"1,000", "", "", ""}) == "--votes: '1,000' is not a whole number");
  CHECK(message({"10", "0", "", ""}) == "--clients: '0' is out of range");
  CHECK(message({"", "", "50", "5s"}) == "--rate: '50' has no unit");
  CHECK(message({"", "", "50/s", "5"}) == "--duration: '5' has no unit");
  CHECK(message({"1000000000", "", "1/h", ""}) ==
        "--votes and --rate: so many votes at this rate take too long or no time");
}

TEST_CASE("the starter is valid as it stands") {
  const Scenario scenario = scenario_of(starter_scenario("mine"));
  CHECK(scenario.name == "mine");
  CHECK(scenario.workloads.size() == 2);
}

}  // namespace
}  // namespace votebench::scenario
