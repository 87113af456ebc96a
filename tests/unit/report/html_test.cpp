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
  CHECK(has(page, "<span class=\"word\">FAIL</span> 37 votes lost"));
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

TEST_CASE("points of the time axis") {
  CHECK(clock_text(0s) == "0:00");
  CHECK(clock_text(65s) == "1:05");
  CHECK(clock_text(2500ms) == "0:02.5");
  CHECK(clock_text(3665s) == "1:01:05");
}

TEST_CASE("the time in which nothing was written is found") {
  const auto stall = sections::longest_stall(worker_crash().report());
  REQUIRE(stall);
  CHECK(stall->from == 60s);
  CHECK_FALSE(sections::longest_stall(quick_pass().report()));
}
