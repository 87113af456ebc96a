#include "report/write/html.h"

#include "report/document/sections.h"
#include "report/words.h"
#include "report/write/render.h"
#include "support/catch.h"
#include "world.h"

using namespace votebench;
using namespace votebench::report;
using namespace votebench::report::tests;
using namespace std::chrono_literals;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// From "<body" to the program: what is in the head and the script is fixed.
std::string body(const Report& report) {
  const std::string page = report_html(report);
  return page.substr(page.find("<body"), page.rfind("<script>") - page.find("<body"));
}

// The numbers of the charts.
std::string data(const std::string& page) {
  const std::size_t begin = page.find("id=\"data\">") + 10;
  return page.substr(begin, page.find("</script>", begin) - begin);
}

}  // namespace

TEST_CASE("text cannot become markup") {
  html::Markup out;
  out.add("<b title=\"{}\">{}</b>{}", "\"><script>", std::string("a&b <i>'\n"), 7);
  CHECK(out.text() == "<b title=\"&quot;&gt;&lt;script&gt;\">a&amp;b &lt;i&gt;&#39;\\x0a</b>7");
  CHECK(escape("\xFF\x1b[2J") == "\\xff\\x1b[2J");
  CHECK(escape_lines("a: <b>\nc", 100) == "a: &lt;b&gt;\nc");
  CHECK(escape_lines("aaaa\nbbbb", 6) == "aaaa\nb\n...");
}

TEST_CASE("a page says the verdict and the sentence that ties the losses to the event") {
  const std::string page = body(worker_crash().report());
  CHECK(has(page, "<span class=\"word\">FAIL</span> 37 of 39,350 lost: 1 in 1,064"));
  CHECK(has(page, "<b>37 lost</b>: accepted, not in the queue, no row; all sent"));
  CHECK(has(page, "after worker-crash"));
  CHECK(has(page, "✗ −37"));
  CHECK(has(page, "class=\"window\""));
}

TEST_CASE("every chart says its finding and has its numbers as a table") {
  const std::string page = body(worker_crash().report());
  for (const char* id : {"chart-rate", "chart-depth", "chart-percentiles", "chart-latency"})
    CHECK(has(page, std::string("id=\"") + id + "\""));
  CHECK(has(page, "role=\"img\" aria-label=\"Votes per second over time. Accepted 39,350 votes"));
  CHECK(has(page, "<summary>Data table</summary>"));
}

TEST_CASE("an open audit claims no zero") {
  const std::string page = body(still_queued().report());
  CHECK(has(page, "INCONCLUSIVE"));
  CHECK(has(page, "not proven"));
  CHECK(has(page, "still in the queue at the end"));
  CHECK_FALSE(has(page, "✓</span> met</span></td><td><code>votes.lost"));
}

TEST_CASE("data in the page cannot end its element") {
  World world = worker_crash();
  world.record.events[0].name = "</script><script>alert(1)</script>";
  const Report report = world.report();
  CHECK(has(data(body(report)), "\"rates\""));
  CHECK_FALSE(has(data(body(report)), "<"));
  CHECK_FALSE(has(body(report), "<script>alert"));
}

TEST_CASE("nothing sent makes a page without charts") {
  World world = quick_pass();
  world.attempts.slots.clear();
  world.record.samples.clear();
  world.record.load.length = 0s;
  world.verdict = {};
  world.record.unfit = Error{ErrorKind::environment, "no <queue>", "start it"};
  const std::string page = body(world.report());
  CHECK(has(page, "NOT RUN"));
  CHECK(has(page, "no &lt;queue&gt;"));
  CHECK_FALSE(has(page, "<figure"));
  CHECK(data(page) == "{}");
}

TEST_CASE("microseconds have their sign, but in what is copied") {
  html::Markup out;
  out.add("{} {}", "57 us, 3 users, us, 12 us", "5 usual");
  CHECK(out.text() == "57 µs, 3 users, us, 12 µs 5 usual");
  CHECK(html::with_units("") == "");
}

TEST_CASE("a value between two gaps is a dot, and a dot alone is no chart") {
  Chart chart{"c", "c", "C", "C."};
  chart.step = 1s;
  chart.curves = {{"sent", "sent", {1.0, std::nullopt, 4.0, std::nullopt, 1.0, 1.0}}};
  CHECK(has(html::figure(chart).text, "d=\"M0 150h0M333 0h0M667 150L833 150\""));
  Section section;
  section.add(chart);
  CHECK(section.blocks.size() == 1);
  chart.curves = {{"sent", "sent", {1.0, std::nullopt}}, {"written", "written", {}, {{1, 1}}}};
  section.add(chart);
  CHECK(section.blocks.size() == 1);
}

TEST_CASE("a band is the space between two curves, wherever both are known") {
  Chart chart{"c", "c", "C", "C."};
  chart.step = 1s;
  chart.band = true;
  chart.curves = {{"p50", "p50", {1.0, 1.0, std::nullopt, 2.0}},
                  {"p99", "p99", {2.0, 4.0, 4.0, 4.0}}};
  const std::string figure = html::figure(chart).text;
  CHECK(has(figure, "data-band d=\"M0 100L250 0L250 150L0 150ZM750 0L750 100Z\""));
  CHECK(has(figure, "p50 to p99"));
}

TEST_CASE("tiles add up: what was accepted and is not stored is lost") {
  const std::string page = body(worker_crash().report());
  CHECK(has(page, "Accepted</span><span class=\"value\">39,350"));
  CHECK(has(page, "Stored</span><span class=\"value\">39,313"));
  CHECK(has(page, "31,443 as sent + 7,870 replaced by the same voter"));
  CHECK(has(page, "Lost</span><span class=\"value\">37"));
}

TEST_CASE("a missed threshold is in the headline with its value, and first in its table") {
  World world = quick_pass();
  world.threshold("queue.depth.max < 20000", "queue.depth.max", "<", 20000);
  world.threshold("http.response.p99 < 5ms", "http.response.p99", "<", 0.005);
  const Report report = world.report();
  CHECK(report.headline ==
        "threshold missed: http.response.p99 < 5ms, measured 9.2 ms; the audit passed");
  const std::string page = body(report);
  CHECK(has(page, "Threshold missed: http.response.p99 &lt; 5ms, measured 9.2 ms"));
  const std::size_t table = page.find("<h2>Checks and thresholds</h2>");
  CHECK(page.find("<code>http.response.p99", table) < page.find("<code>votes.lost", table));
  world.threshold("drain.time < 1ms", "drain.time", "<", 0.001);
  CHECK(world.report().headline ==
        "2 thresholds missed: http.response.p99 < 5ms, measured 9.2 ms, and 1 more; the audit "
        "passed");
}

TEST_CASE("points of the time axis") {
  CHECK(clock_text(0s) == "0:00");
  CHECK(clock_text(65s) == "1:05");
  CHECK(clock_text(2500ms) == "0:02.5");
  CHECK(clock_text(40ms) == "0:00.04");
  CHECK(clock_text(60s + 7'900us) == "1:00.007");
  CHECK(moment_text(3660s + 30ms) == "1:01:00.030");
  CHECK(clock_text(3665s) == "1:01:05");
}

TEST_CASE("the time in which nothing was written is found") {
  const auto stall = sections::longest_stall(worker_crash().report());
  REQUIRE(stall);
  CHECK(stall->from == 60s);
  CHECK_FALSE(sections::longest_stall(quick_pass().report()));
}
