#include "report/document/audit_lines.h"
#include "report/measures/thresholds.h"
#include "report/write/render.h"
#include "support/catch.h"
#include "unit/report/world.h"

namespace votebench::report {
namespace {

PageEvidence compared(Tallies shown, Tallies stored) {
  return {true, true, {}, std::move(shown), std::move(stored)};
}

std::string summary(const PageEvidence& page) {
  tests::World world = tests::quick_pass();
  world.record.evidence.page = page;
  Style style;
  style.unicode = false;
  return summary_text(world.report(), style);
}

}  // namespace

TEST_CASE("a page that shows the table's numbers is good, and they are told") {
  const PageEvidence page = compared({{"a", 1110}, {"b", 910}}, {{"a", 1110}, {"b", 910}});
  CHECK(difference(page) == 0);
  CHECK(state_of(page) == State::good);
  CHECK(result_page_text(page) == "shows what the table holds: a 1,110, b 910");
}

TEST_CASE("a difference is the sum over all choices, also those that only one side has") {
  const PageEvidence page = compared({{"a", 490}, {"b", 911}, {"c", 5}}, {{"a", 1110}, {"b", 911}});
  CHECK(difference(page) == 625);
  CHECK(state_of(page) == State::warning);
  CHECK(result_page_text(page) == "625 votes off: a 490 for 1,110, c 5 for 0");
  CHECK(result_page_text(compared({}, {{"b", 1}})) == "1 vote off: b 0 for 1");
}

TEST_CASE("of many choices the first are told") {
  const Tallies many{{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}, {"e", 5}, {"f", 6}};
  CHECK(result_page_text(compared(many, many)) ==
        "shows what the table holds: a 1, b 2, c 3, d 4, 2 more");
}

TEST_CASE("a page that was not compared is neither good nor bad") {
  const PageEvidence page{.configured = true, .why_not = "it is gone"};
  CHECK(state_of(page) == State::open);
  CHECK(result_page_text(page) == "not compared with the table: it is gone");
  CHECK(result_page_text({}).empty());
}

TEST_CASE("the summary tells of a page where one is known") {
  CHECK(summary({}).find("PAGE") == std::string::npos);
  CHECK(summary(compared({{"a", 2000}}, {{"a", 2000}}))
            .find("PAGE     + shows what the table holds: a 2,000") != std::string::npos);
  CHECK(summary(compared({{"a", 1}}, {{"a", 2000}}))
            .find("PAGE     ! 1,999 votes off: a 1 for 2,000") != std::string::npos);
  CHECK(summary({.configured = true, .why_not = "\x1b[31mred"}).find('\x1b') == std::string::npos);
}

TEST_CASE("a threshold on the page needs a page that was compared") {
  tests::World world = tests::quick_pass();
  world.record.evidence.page = {};
  world.threshold("page.difference == 0", "page.difference", "==", 0);
  CHECK_FALSE(world.report().thresholds[0].passed);
  CHECK(world.report().thresholds[0].why == "no result page is known");
  world.record.evidence.page = compared({{"a", 2000}}, {{"a", 2000}});
  CHECK(world.report().thresholds[0].passed == true);
  world.record.evidence.page.shown["a"] = 1998;
  CHECK(world.report().thresholds[0].passed == false);
  CHECK(world.report().thresholds[0].value == 2.0);
  CHECK(world.report().exit == ExitCode::threshold_failed);
}

}  // namespace votebench::report
