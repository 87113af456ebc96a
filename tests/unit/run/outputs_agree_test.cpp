// One number per fact: random runs, judged as real ones are, in every form that a report has, and
// as they are seen while they go on.
#include <algorithm>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "known_advice.h"
#include "report/live/prometheus.h"
#include "report/write/render.h"
#include "run/judge_run.h"
#include "run/live_counts.h"
#include "shown.h"
#include "support/catch.h"
#include "support/memory_stack.h"

using namespace votebench;
using namespace votebench::run::test;
using namespace std::chrono_literals;
using votebench::support::CaseFile;
using votebench::support::Fault;
using votebench::support::MemoryStack;
using votebench::support::Script;

namespace {

constexpr std::uint64_t kWorlds = 200;

// By output, of all worlds: the facts that it shares with those before it.
const std::vector<std::pair<std::string, int>> kFactsAtLeast{
    {"the terminal", 4500},   {"summary.md", 12000}, {"report.html", 20000},
    {"timeseries.csv", 3000}, {"junit.xml", 3800},   {"the live block", 3300},
    {"the live log", 4500},   {"/metrics", 6300}};

// What the senders counted of these votes.
void count(const AttemptHistory& attempts, load::LoadCounters& counters) {
  attempts.for_each([&](AttemptNumber, const Attempt& attempt) {
    ++counters.started;
    ++(attempt.outcome == Outcome::acked      ? counters.acked
       : attempt.outcome == Outcome::rejected ? counters.rejected
       : attempt.outcome == Outcome::not_sent ? counters.not_sent
                                              : counters.ambiguous);
    const Cause cause = cause_of(attempt);
    if (attempt.outcome == Outcome::acked) return;
    ++(cause == Cause::status ? counters.by_status.at(attempt.status)
                              : counters.by_cause.at(static_cast<std::size_t>(cause)));
  });
}

// A run of a stack in memory, with times.
struct World {
  CaseFile seen;
  scenario::Scenario scenario;
  ledger::RunRecord record;
  report::PlannedLoad planned;
  load::LoadCounters counters;
  Verdict verdict;

  explicit World(std::uint64_t seed) {
    Rng rng(seed, 77);
    Script script;
    script.fault = static_cast<Fault>(seed % support::kFaults);
    script.settles = rng.uniform() < 0.8;
    script.model = rng.uniform() < 0.3 ? TableModel::append : TableModel::last_wins;
    MemoryStack stack(seed, script);
    stack.run();
    seen = stack.seen();
    add_votes_not_sent(rng);
    time_votes(rng);
    count(seen, counters);
    record.begin.choices = seen.choices;
    record.begin.run = RunId{0xB7F3A};
    record.begin.key = RunKey{1, 2};
    record.begin.limits = seen.limits;
    record.begin.services = {{"Redis", "redis"}, {"PostgreSQL", "postgres"}};
    record.load.planned = seen.attempts.size() + rng.below(3);
    if (rng.uniform() < 0.2) {
      record.load.stopped = StopCause::threshold;
      record.load.planned += seen.attempts.size();
    }
    record.load.completed = rng.uniform() < 0.9;
    record.evidence.queue = seen.queue;
    record.evidence.rows = seen.rows;
    record.evidence.settlement = seen.settlement;
    time_rows(rng);
    record.events = {{1s, "crash", "kill worker", EventKind::fault}};
    record.complete = true;
    sample();
    scenario.name = "random";
    scenario.thresholds = {{"http.error_rate < 1%", "http.error_rate", "<", 0.01},
                           {"http.response.p99 < 20ms", "http.response.p99", "<", 0.02},
                           {"queue.depth.max < 5", "queue.depth.max", "<", 5}};
    verdict = audit::judge(run::audit_input(record, seen));
  }

  // As the live view is told of it when the load has ended.
  [[nodiscard]] report::LiveMetrics live() const {
    const Sample& last = record.samples.back();
    report::LiveMetrics metrics;
    metrics.scenario = scenario.name;
    metrics.rejected = counters.rejected.load();
    metrics.ambiguous = counters.ambiguous.load();
    metrics.not_sent = counters.not_sent.load();
    metrics.in_flight = counters.in_flight();
    metrics.pushed = last.pushed;
    report::ProgressState& state = metrics.progress;
    run::count_votes(counters, state);
    state.stage = "drain";
    state.draining = true;
    state.has_queue = last.has_queue;
    state.elapsed = state.now.at = last.at;
    state.now.queued = last.queue_depth + last.in_flight;
    state.now.written = last.rows_written;
    return metrics;
  }

  [[nodiscard]] report::Report report() const {
    return report::make_report({scenario, record, seen, planned}, verdict,
                               {.run_id = "20251120-180111Z-7f3a91bd",
                                .directory = "reports/random/20251120-180111Z-7f3a91bd",
                                .selector = "7f3a91bd",
                                .files = {"report.html"},
                                .here = {"votebench", "/home/ann", "run", {}}});
  }

 private:
  // In a third of the runs this machine has too few ports for some votes.
  void add_votes_not_sent(Rng& rng) {
    if (rng.uniform() < 0.66) return;
    for (std::uint64_t more = rng.below(9); more > 0; --more) {
      seen.vote(static_cast<VoterIndex>(100'000 + more), 0, Outcome::not_sent);
      seen.attempts.back().cause = Cause::local_ports;
    }
  }

  // Of half of the runs the table tells when a row was written.
  void time_rows(Rng& rng) {
    if (rng.uniform() < 0.5) return;
    record.begin.t0_wall = WallTime(std::chrono::seconds(1'763'661'671));
    record.begin.clocks = {{ServerClock::Of::rows, {0ms, 50us}, record.begin.t0_wall}};
    for (OwnRow& row : record.evidence.rows.rows.own)
      row.committed_ns = (record.begin.t0_wall.time_since_epoch() + record.load.length +
                          1us * static_cast<std::int64_t>(rng.below(900'000)))
                             .count();
  }

  // Most answers take milliseconds, some a second.
  void time_votes(Rng& rng) {
    for (Attempt& attempt : seen.attempts) {
      attempt.lag_100ns = static_cast<std::uint32_t>(rng.below(5000));
      const bool slow = rng.uniform() < 0.02;
      attempt.done_100ns = static_cast<std::uint32_t>(rng.below(slow ? 10'000'000 : 100'000));
      record.load.length = std::max(record.load.length, attempt.started() + attempt.service_time());
    }
  }

  // A rise to what was counted in the end.
  void sample() {
    const int seconds = static_cast<int>(record.load.length / 1s) + 1;
    Sample last;
    run::count_votes(counters, last);
    last.has_queue = seen.queue.pushed.has_value();  // of one server from the beginning to the end
    last.has_rows = true;
    last.queue_depth = seen.queue.depth_end;
    last.in_flight = seen.queue.own_in_flight.size();
    last.pushed = seen.queue.pushed.value_or(0);
    last.rows_written = seen.rows.rows.own.size();
    for (int second = 0; second <= seconds; ++second) {
      Sample point = last;
      point.at = std::chrono::seconds(second);
      for (std::uint64_t Sample::*field :
           {&Sample::sent, &Sample::acked, &Sample::failed, &Sample::pushed, &Sample::rows_written})
        point.*field =
            last.*field * static_cast<std::uint64_t>(second) / static_cast<std::uint64_t>(seconds);
      record.samples.push_back(point);
    }
  }
};

// Where both tell a fact they tell the same number; how many facts both tell.
int compare(const Shown& one, const Shown& other) {
  int both = 0;
  for (const auto& [fact, number] : one) {
    const auto found = other.find(fact);
    if (found == other.end()) continue;
    ++both;
    INFO(std::get<0>(fact) << ": " << std::get<1>(fact) << ", " << std::get<2>(fact) << ": "
                           << number << " and " << found->second);
    const std::vector<std::string> readings = split(number, "|");
    CHECK(std::ranges::find(readings, found->second) != readings.end());
  }
  return both;
}

void check_sums(const Json& json) {
  const Json& sums = json.at("accounting");
  const auto number = [](const Json& value) { return value.get<std::uint64_t>(); };
  std::uint64_t planned = 0;
  for (const char* part : {"acked", "rejected", "ambiguous", "not_sent", "never_started"})
    planned += number(sums.at(part));
  CHECK(number(sums.at("planned")) == planned);
  CHECK(number(json.at("levels").at("http").at("accepted")) == number(sums.at("acked")));
  const Json& audit = json.at("audit");
  std::uint64_t hops = 0;
  for (const auto& hop : audit.at("lost").at("by_hop")) hops += number(hop);
  CHECK(hops == number(audit.at("lost").at("count")));
  std::uint64_t accepted = 0;
  for (const char* part : {"persisted", "superseded", "pending", "queued", "in_flight"})
    accepted += number(audit.at(part));
  for (const char* part : {"lost", "flipped", "stale"})
    accepted += number(audit.at(part).at("count"));
  INFO(audit.dump());
  CHECK(accepted == number(sums.at("acked")));
}

}  // namespace

namespace {

// What one output shows of a run.
struct Output {
  std::string name;
  Shown shown;
  bool judged = true;  // it tells what the audit made of the numbers
};

std::vector<Output> outputs_of(const World& world, const report::Report& report, const Json& json) {
  const report::LiveMetrics live = world.live();
  const std::string text = report::summary_text(report, {true, false, 80});
  const std::string markdown = report::summary_markdown(report);
  const std::string html = report::report_html(report);
  report::ProgressLog log;
  std::vector<Output> outputs{
      {"result.json", of_json(json)},
      {"the terminal", of_text(text)},
      {"summary.md", of_markdown(markdown)},
      {"report.html", of_html(html)},
      {"timeseries.csv", of_csv(report::timeseries_csv(report)), false},
      {"junit.xml", of_junit(report::junit_xml(report))},
      {"the live block", of_block(report::progress_block(live.progress, {true, false, 80}))},
      {"the live log", of_log(log.update(live.progress, {}))},
      {"/metrics", of_metrics(report::prometheus_text(live)), false}};
  outputs[1].shown.merge(of_accounting(text));
  outputs[2].shown.merge(of_accounting(markdown));
  outputs[3].shown.merge(of_accounting(html));
  // What waits stands in the live view as one number.
  Shown& csv = outputs[4].shown;
  const auto in_hand = csv.find({"live", "in hand", "votes"});
  if (in_hand != csv.end() && in_hand->second == "0")
    csv[{"live", "queued", "votes"}] = csv.at({"live", "depth", "votes"});
  // Pushes that are also of others, or of several votes each, are no number of votes.
  if (json.at("levels").at("queue").at("pushed").is_null())
    for (Output& output : outputs)
      if (!output.judged) output.shown.erase({"level", "queued", "votes"});
  return outputs;
}

}  // namespace

TEST_CASE("200 random runs: a number that stands in two outputs is the same in both") {
  std::map<std::string, int> facts;  // by output
  for (std::uint64_t seed = 0; seed < kWorlds; ++seed) {
    const World world(seed);
    const report::Report report = world.report();
    INFO("seed " << seed);
    const Json json = Json::parse(report::result_json(report));
    const std::vector<Output> outputs = outputs_of(world, report, json);
    for (std::size_t a = 0; a < outputs.size(); ++a)
      for (std::size_t b = a + 1; b < outputs.size(); ++b) {
        INFO(outputs[a].name << " and " << outputs[b].name);
        const int both = compare(outputs[a].shown, outputs[b].shown);
        if (b < 4) CHECK(both >= 15);
        facts[outputs[b].name] += both;
      }
    const Shown& junit = outputs[5].shown;
    CHECK(junit.at({"junit", "cases", "counted"}) == junit.at({"junit", "cases", "stated"}));
    check_sums(json);
    for (const std::string& sentence : report.advice) {
      INFO(sentence);
      CHECK(is_known_advice(sentence));
    }
  }
  // As many as there are, less a few: a reader that reads nothing compares nothing.
  for (const auto& [name, least] : kFactsAtLeast) {
    INFO(name << ": " << facts[name]);
    CHECK(facts[name] >= least);
  }
}
