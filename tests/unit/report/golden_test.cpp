// What people see, as files: read them before approving a change.
#include "support/golden.h"

#include <fmt/format.h>

#include <cctype>

#include "report/write/render.h"
#include "suggestions.h"
#include "world.h"

using namespace votebench;
using namespace votebench::report;
using namespace votebench::report::tests;
using namespace std::chrono_literals;
using votebench::tests::check_golden;

namespace {

Style style(bool unicode, bool colour) { return {unicode, colour, 80}; }

// The sentence of a pass stands in no other report, in no format of it.
void check_no_false_comfort(const Report& report) {
  std::string all = summary_text(report, style(true, false)) + summary_markdown(report) +
                    result_json(report) + report_html(report) + junit_xml(report) +
                    anomalies_ndjson(report) + index_line(report) + github_annotations(report);
  for (char& c : all) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const bool says_so = all.find("vote accounted for") != std::string::npos;
  CHECK(says_so == (report.verdict == VerdictKind::pass));
}

// As a run says them, and as a `verify` of stores that moved does.
void check_suggestions(World world) {
  const auto check = [&world] {
    Suggested{world.report().next, world.here, {*world.record.begin.invocation}, "7f3a91bd"}
        .check();
  };
  check();
  world.here.command = "verify";
  world.here.options = {{"--target", "moved here.yaml"}, {"--reports", "my runs"}};
  check();
}

void check_all(const std::string& name, World world) {
  check_suggestions(world);
  const Report report = world.report();
  const std::string file = "report/" + name;
  check_golden(file + ".txt", summary_text(report, style(true, false)));
  check_golden(file + ".ascii.txt", summary_text(report, style(false, false)));
  check_golden(file + ".colour.txt", summary_text(report, style(true, true)));
  check_golden(file + ".md", summary_markdown(report));
  check_golden(file + ".json", result_json(report));
  check_no_false_comfort(report);
}

}  // namespace

TEST_CASE("a pass", "[golden]") { check_all("pass", quick_pass()); }

TEST_CASE("37 votes lost", "[golden]") { check_all("lost", worker_crash()); }

TEST_CASE("votes still queued", "[golden]") { check_all("pending", still_queued()); }

TEST_CASE("interrupted once, nothing proven", "[golden]") {
  World world = quick_pass();
  world.record.load.stopped = StopCause::interrupt;
  world.record.load.completed = false;
  world.record.load.length = 2100ms;
  world.attempts.slots.resize(840);
  world.record.evidence.rows.rows.own.resize(840);
  world.record.samples.resize(4);
  world.record.evidence.queue.pushed = world.record.evidence.queue.popped = 840;
  world.record.evidence.rows.rows_end = 860;
  world.verdict.kind = VerdictKind::inconclusive;
  world.verdict.accounting = {2000, 840, 0, 0, 0, 1160};
  world.verdict.voters = world.verdict.persisted = 840;
  world.verdict.reasons = {"interrupted after 840 of 2,000 votes"};
  check_all("interrupted", world);
}

TEST_CASE("no vote accepted", "[golden]") {
  World world = quick_pass();
  world.record.samples.clear();
  world.record.evidence.rows.rows.own.clear();
  world.record.evidence.queue.pushed = world.record.evidence.queue.popped = 0;
  world.record.evidence.rows.rows_end = 20;
  for (Attempt& attempt : world.attempts.slots) {
    attempt.outcome = Outcome::rejected;
    attempt.status = 405;
  }
  world.verdict.kind = VerdictKind::inconclusive;
  world.verdict.accounting = {2000, 0, 2000, 0, 0, 0};
  world.verdict.persisted = 0;
  world.verdict.probes = 0;
  world.verdict.reasons = {"0 of 2,000 votes were accepted: there is nothing to audit"};
  world.verdict.advice = {"every answer was 405: POST another path (target key `vote.url`)"};
  check_all("zero-acked", world);
}

TEST_CASE("hostile ids, names and texts", "[golden]") {
  World world = worker_crash();
  const std::string hostile =
      "\x1b[2J<script>alert(1)</script>\r\n|`]( \xFF\xFE \xE2\x80\xAEgnp.exe \"quoted\" é 票";
  world.scenario.name = hostile;
  world.scenario.source = "/tmp/" + hostile + ".yaml";
  world.record.events[0].name = hostile;
  world.verdict.reasons = {hostile};
  world.verdict.advice = {hostile};
  world.verdict.notes = {hostile};
  world.verdict.assumptions = {hostile};
  for (Finding& finding : world.verdict.findings) finding.voter_id = finding.found = hostile;
  world.scenario.thresholds[1].text = hostile;
  check_all("hostile", world);
}

TEST_CASE("a run of three seconds at a busy machine", "[golden]") {
  World world = quick_pass();
  world.scenario.name = "smoke";
  world.record.load.length = 3s;
  world.attempts.slots.resize(1200);
  world.record.evidence.rows.rows.own.resize(1200);
  world.record.samples.resize(5);
  for (std::size_t i = 0; i < 60; ++i) world.attempts.slots[i * 20].lag_100ns = 400'000;
  world.record.evidence.queue.pushed = world.record.evidence.queue.popped = 1200;
  world.record.evidence.rows.rows_end = 1220;
  world.verdict.accounting = {1200, 1200, 0, 0, 0, 0};
  world.verdict.voters = world.verdict.persisted = 1200;
  world.record.load.steal_share = 0.11;
  world.threshold("http.response.p99 < 50ms", "http.response.p99", "<", 0.05);
  world.threshold("written.rate.max > 100/s", "written.rate.max", ">", 100);
  check_all("three-seconds", world);
}

TEST_CASE("huge numbers", "[golden]") {
  World world = worker_crash();
  constexpr std::uint64_t kHuge = 18'446'744'073'709'551'615U;
  world.verdict.accounting = {kHuge, kHuge - 40, 10, 10, 10, 10};
  world.verdict.voters = world.verdict.persisted = kHuge;
  world.verdict.lost.count = world.verdict.superseded = world.verdict.foreign = kHuge;
  world.verdict.lost_by_hop[{Hop::worker, Hop::db}] = kHuge;
  world.record.evidence.queue.pushed = world.record.evidence.queue.popped =
      world.record.evidence.queue.depth_max = kHuge;
  world.record.load.length = 1000h;
  world.record.evidence.settlement.drain = 900h;
  for (Attempt& attempt : world.attempts.slots) attempt.done_100ns = 0xFFFFFFFF;
  check_all("huge", world);
}

TEST_CASE("a threshold failed, the audit passed", "[golden]") {
  World world = quick_pass();
  world.threshold("http.response.p99 < 5ms", "http.response.p99", "<", 0.005);
  world.threshold("drain.time < 10s", "drain.time", "<", 10);
  check_all("threshold", world);
}

TEST_CASE("the preflight failed", "[golden]") {
  World world = quick_pass();
  world.record.load.length = 0s;
  world.attempts.slots.clear();
  world.verdict = {};
  world.record.unfit =
      Error{ErrorKind::environment, "20 probe votes answered 200, none of them reached the queue",
            "is the vote service connected to the Redis at redis://127.0.0.1:6379/0?"};
  check_all("preflight", world);
}
