// What holds for every output, whatever was in the run.
#include "report/write/render.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/text.h"
#include "support/catch.h"
#include "world.h"

using namespace votebench;
using namespace votebench::report;
using namespace votebench::report::tests;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

World extreme() {
  World world = worker_crash();
  constexpr std::uint64_t kHuge = 18'446'744'073'709'551'615U;
  world.scenario.name = std::string(300, 'x');
  world.verdict.reasons = {std::string(300, 'y'), "word " + std::string(90, 'z')};
  world.verdict.accounting = {kHuge, kHuge, kHuge, kHuge, kHuge, kHuge};
  for (ClassTally* tally :
       {&world.verdict.lost, &world.verdict.flipped, &world.verdict.stale,
        &world.verdict.duplicated, &world.verdict.phantom, &world.verdict.contradiction})
    *tally = {kHuge, kHuge - 1};
  world.verdict.queued = world.verdict.in_flight = world.verdict.pending = kHuge;
  world.record.evidence.queue.pushed = world.record.evidence.queue.depth_max = kHuge;
  world.scenario.thresholds[0].text = std::string(300, 't');
  return world;
}

// Times as long as they get, and a clock offset that fills its column.
World endless() {
  World world = worker_crash();
  world.record.load.length = 100'000h;
  world.record.evidence.settlement.drain = 100'000h;
  world.record.begin.clocks.at(0).offset.uncertainty = 57'340ns;
  for (OwnRow& row : world.record.evidence.rows.rows.own) row.committed_ns += 3'600'000'000'000'000;
  world.record.evidence.rows.rows.own[0].committed_ns = 0;
  return world;
}

// Paths and commands are to be copied and stay whole.
bool for_copying(const std::string& line) {
  return line.starts_with("  report   ") || line.starts_with("  next     ");
}

void check_width(const Report& report) {
  for (const bool unicode : {true, false})
    for (const bool colour : {true, false})
      for (const std::string& line : lines_of(summary_text(report, {unicode, colour, 80}))) {
        INFO(line);
        if (!for_copying(line)) CHECK(display_width(line) <= 80);
      }
}

}  // namespace

TEST_CASE("no line is wider than the terminal") {
  check_width(quick_pass().report());
  check_width(worker_crash().report());
  check_width(still_queued().report());
  check_width(extreme().report());
  check_width(endless().report());
}

TEST_CASE("ASCII output is ASCII, plain output has no escapes") {
  World world = worker_crash();
  world.scenario.name = world.record.events[0].name = "票\x1b[2J\xFF";
  for (const char c : summary_text(world.report(), {false, false, 80}))
    REQUIRE((c == '\n' || (c >= ' ' && c <= '~')));
  for (const std::string& text :
       {summary_text(world.report(), {true, false, 80}), summary_markdown(world.report())}) {
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(is_valid_utf8(text));
  }
}

TEST_CASE("what is not known of a level, and what stands behind its rows, is said beside it") {
  World world = worker_crash();
  CHECK(summary_text(world.report(), {true, false, 80}).find("1 row per voter, ~39,252 writes") !=
        std::string::npos);
  world.record.evidence.queue.pushes_undercount = true;
  CHECK(summary_text(world.report(), {true, false, 80}).find("not known: votes share pushes") !=
        std::string::npos);
}

TEST_CASE("a pass is short, and the verdict comes first and last") {
  const auto lines = lines_of(summary_text(quick_pass().report(), {true, false, 80}));
  CHECK(lines.size() <= 17);
  CHECK(lines.front().starts_with("PASS  quick"));
  CHECK(lines.back() == "exit 0: passed");
}

TEST_CASE("the stable core of result.json") {
  const auto json = nlohmann::json::parse(result_json(worker_crash().report()));
  CHECK(json.at("schema") == "votebench.result/1");
  CHECK(json.at("verdict") == "fail");
  CHECK(json.at("exit_code") == 1);
  CHECK(json.at("reasons").size() == 1);
  for (const char* key : {"id", "scenario", "seed", "started", "ended", "interrupted"})
    CHECK(json.at("run").contains(key));
  const auto& sum = json.at("accounting");
  CHECK(sum.at("planned") == sum.at("acked").get<int>() + sum.at("rejected").get<int>() +
                                 sum.at("ambiguous").get<int>() + sum.at("not_sent").get<int>() +
                                 sum.at("never_started").get<int>());
  CHECK(json.at("levels").at("http").at("accepted") == 39350);
  for (const char* key : {"pushed", "popped", "depth_start", "depth_end", "depth_max"})
    CHECK(json.at("levels").at("queue").at(key).is_number());
  for (const char* key :
       {"rows_start", "rows_end", "written", "rate_mean_per_s", "rate_peak_per_s"})
    CHECK(json.at("levels").at("db").at(key).is_number());
  const auto& audit = json.at("audit");
  for (const char* key :
       {"persisted", "superseded", "recovered", "absent_ambiguous", "pending", "queued",
        "in_flight", "probes", "carry_over", "other_run", "foreign", "invalid_own"})
    CHECK(audit.at(key).is_number());
  for (const char* key : {"lost", "flipped", "duplicated", "stale", "phantom", "contradiction"})
    for (const char* part : {"count", "allowed", "passed", "examples"})
      CHECK(audit.at(key).contains(part));
  CHECK(audit.at("lost").at("by_hop").at("unknown") == 37);
  CHECK(audit.at("lost").at("by_hop_range").at("worker-or-db") == 37);
  CHECK(json.at("settled").at("settled") == true);
  CHECK(json.at("settled").at("drain_s") == 3.1);
  for (const char* name : {"http_response", "http_service", "end_to_end"})
    for (const char* key : {"unit", "kind", "count", "p50", "p90", "p99", "p999", "max"})
      CHECK(json.at("latency").at(name).contains(key));
  CHECK(json.at("generator").at("valid") == true);
  CHECK(json.at("generator").at("lag_us").at("p99").is_number());
  CHECK(json.at("generator").at("cpu_us_per_vote").is_number());
  CHECK(json.at("thresholds").at(0).at("passed") == true);
}

TEST_CASE("result.json has null where nothing was measured, and survives any bytes") {
  World world = quick_pass();
  world.attempts.slots.clear();
  world.record.samples.clear();
  world.record.evidence.rows = {};
  world.verdict = {};
  world.scenario.name = "\xC0\x80\xFF";
  world.planned.rate_per_s = std::numeric_limits<double>::infinity();
  world.record.load.steal_share = std::numeric_limits<double>::quiet_NaN();
  world.record.evidence.settlement.drain_rate_per_s = std::numeric_limits<double>::quiet_NaN();
  const std::string text = result_json(world.report());
  CHECK(text.find("nan") == std::string::npos);
  CHECK(text.find("inf") == std::string::npos);
  const auto json = nlohmann::json::parse(text);
  CHECK(json.at("run").at("scenario") == "\\xc0\\x80\\xff");
  CHECK(json.at("latency").at("http_response").at("p99").is_null());
  CHECK(json.at("latency").at("end_to_end").at("kind").is_null());
  CHECK(json.at("generator").at("cpu_us_per_vote").is_null());
  CHECK(json.at("generator").at("steal_share").is_null());
}

TEST_CASE("the Markdown summary keeps its limit") {
  World world = worker_crash();
  world.verdict.reasons.assign(500, std::string(400, 'y'));
  const std::string text = summary_markdown(world.report());
  CHECK(text.size() <= kMaxMarkdownBytes);
  CHECK(text.find("(cut here; result.json has everything)") != std::string::npos);
  CHECK(summary_markdown(extreme().report()).size() <= kMaxMarkdownBytes);
}

TEST_CASE("a loss tells when it happened and to whom") {
  World world = worker_crash();
  std::string text = summary_text(world.report(), {false, false, 80});
  CHECK(text.find("all sent 9.15 ms to 146 ms after worker-crash") != std::string::npos);
  CHECK(text.find("vb7f3a91bd00003d83076ec74d, 36 more") != std::string::npos);
  world.record.events.clear();
  text = summary_text(world.report(), {false, false, 80});
  CHECK(text.find("all sent 1m00s after the start") != std::string::npos);
  world.record.events = {{70s, "later", ""}};
  text = summary_text(world.report(), {false, false, 80});
  CHECK(text.find("after later") == std::string::npos);
}

TEST_CASE("a warning stands in every output") {
  World world = quick_pass();
  world.record.warnings = {"event <mark> did not happen"};
  const Report report = world.report();
  CHECK(summary_text(report, {}).find("\n  WARNINGS event <mark> did not happen\n") !=
        std::string::npos);
  CHECK(summary_markdown(report).find("**Warnings**\n\n- event &lt;mark&gt; did not happen\n") !=
        std::string::npos);
  CHECK(report_html(report).find("<li>event &lt;mark&gt; did not happen</li>") !=
        std::string::npos);
  CHECK(junit_xml(report).find("<system-out>warning: event &lt;mark&gt; did not happen\n") !=
        std::string::npos);
  CHECK(nlohmann::json::parse(result_json(report)).at("warnings").at(0) ==
        "event <mark> did not happen");
  CHECK(github_annotations(report).starts_with("::warning "));
  CHECK(summary_text(quick_pass().report(), {}).find("WARNINGS") == std::string::npos);
}

TEST_CASE("a section is on the pages that have room for it, in every format") {
  Document document;
  document.heading.word = "WORD";
  Section section{"some", "SOME", "Some section"};
  section.add(Paragraph{"for <all> of them"});
  section.add(Paragraph{"only where there is room"}, kFull);
  document.sections = {section};
  const auto has = [](const std::string& page, const char* words) {
    return page.find(words) != std::string::npos;
  };
  CHECK(write_text(document, {}) == "WORD\n  SOME     for <all> of them\n");
  CHECK(write_markdown(document) == "## WORD\n\n### Some section\n\nfor &lt;all&gt; of them\n");
  CHECK(has(write_html(document), "<section id=\"some\"><h2>Some section</h2>"));
  CHECK(has(write_html(document), "for &lt;all&gt; of them"));
  CHECK(has(write_html(document), "only where there is room"));
}
