// The files for programs: approved as they are, and safe whatever others wrote.
#include <nlohmann/json.hpp>
#include <sstream>

#include "report/document/sections.h"
#include "report/write/render.h"
#include "support/golden.h"
#include "world.h"

using namespace votebench;
using namespace votebench::report;
using namespace votebench::report::tests;
using namespace std::chrono_literals;
using votebench::tests::check_golden;

namespace {

World not_fit() {
  World world = quick_pass();
  world.attempts.slots.clear();
  world.verdict = {};
  world.record.unfit =
      Error{ErrorKind::environment, "20 probe votes <never> reached the queue", "look"};
  return world;
}

}  // namespace

TEST_CASE("JUnit: a failure is a missed limit, an error what was not decided", "[golden]") {
  check_golden("report/lost.junit.xml", junit_xml(worker_crash().report()));
  check_golden("report/pending.junit.xml", junit_xml(still_queued().report()));
  check_golden("report/preflight.junit.xml", junit_xml(not_fit().report()));
  World world = quick_pass();
  world.threshold("http.response.p99 < 5ms", "http.response.p99", "<", 0.005);
  world.scenario.thresholds[0].text = "<a & \"b\"> \x01\xFF";
  check_golden("report/threshold.junit.xml", junit_xml(world.report()));
}

TEST_CASE("GitHub: one error for each class that went wrong", "[golden]") {
  check_golden("report/lost.github.txt", github_annotations(worker_crash().report()));
  check_golden("report/pending.github.txt", github_annotations(still_queued().report()));
  CHECK(github_annotations(quick_pass().report()).empty());
  World world = worker_crash();
  world.scenario.name = "a,b:c%\n::error::x";
  world.verdict.findings[0].voter_id = "50%\r\n::error::y";
  const std::string commands = github_annotations(world.report());
  CHECK(std::count(commands.begin(), commands.end(), '\n') == 1);
  CHECK(commands.find("title=votebench a%2Cb%3Ac%25\\x0a%3A%3Aerror") != std::string::npos);
}

TEST_CASE("each anomaly is a line of JSON with what is known of its vote") {
  std::istringstream lines(anomalies_ndjson(worker_crash().report()));
  std::string line;
  int count = 0;
  for (; std::getline(lines, line); ++count) {
    const auto json = nlohmann::json::parse(line);
    CHECK(json["class"] == "lost");
    CHECK(json["near_event"] == "worker-crash");
    CHECK(json["vote"]["sent_s"] == json["sent_s"]);
    CHECK(json["found"].is_null());
  }
  CHECK(count == 37);
  CHECK(anomalies_ndjson(quick_pass().report()).empty());
}

TEST_CASE("the samples as CSV: what was not seen is empty") {
  Sample seen;
  seen.at = 1500ms;
  seen.sent = 10;
  seen.acked = 9;
  seen.failed = 1;
  Sample full = seen;
  full.has_queue = full.has_rows = true;
  full.queue_depth = 4;
  full.pushed = 8;
  full.rows_written = 7;
  World world = quick_pass();
  world.record.samples = {seen, full};
  CHECK(timeseries_csv(world.report()) ==
        "at_s,sent,accepted,not_accepted,queue_depth,queue_in_flight,queue_pushed,rows_written\n"
        "1.500000,10,9,1,,,,\n"
        "1.500000,10,9,1,4,0,8,7\n");
}

TEST_CASE("a run is one line of the index") {
  const std::string line = index_line(worker_crash().report());
  CHECK(std::count(line.begin(), line.end(), '\n') == 1);
  const auto json = nlohmann::json::parse(line);
  CHECK(json["verdict"] == "fail");
  CHECK(json["lost"] == 37);
}

TEST_CASE("a trail tells what happened to a vote, in order") {
  World world = worker_crash();
  const Report report = world.report();
  const auto steps = sections::trail(report, report.audit.findings.front());
  REQUIRE(steps.size() == 4);
  CHECK(steps[0].text == "event: worker-crash");
  CHECK(steps[1].text == "sent, 200 us late");
  CHECK(steps[2].text.substr(0, 12) == "answered 200");
  CHECK(steps[3].text == "not in the queue, no row in the table");
}
