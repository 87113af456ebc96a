#include "watch/page_check.h"

#include "support/catch.h"
#include "unit/watch/fakes.h"

namespace votebench::watch {
namespace {

using std::chrono::seconds;

struct Check {
  test::World world;
  test::SleeplessClock clock;
  test::FakeRows rows{world, clock};
  test::FakePage page{world, clock};
  std::stop_source stop;

  PageEvidence run() { return check_page(page, rows, clock, stop.get_token()); }
};

}  // namespace

TEST_CASE("a page that agrees is believed at once") {
  Check check;
  check.world.tallies = {{"a", 2}, {"b", 1}};
  check.world.page = check.world.tallies;
  const Instant begin = check.clock.now();
  const PageEvidence page = check.run();
  CHECK(page.configured);
  CHECK(page.compared);
  CHECK(page.shown == page.stored);
  CHECK(page.stored == Tallies{{"a", 2}, {"b", 1}});
  CHECK(check.clock.now() == begin);
}

TEST_CASE("a page that lags is given time") {
  Check check;
  check.world.tallies = {{"a", 2}};
  check.world.page = Tallies{};
  check.world.at = [](test::World& world, Nanoseconds elapsed) {
    if (elapsed > seconds(3)) world.page = world.tallies;
  };
  const PageEvidence page = check.run();
  CHECK(page.compared);
  CHECK(page.shown == page.stored);
}

TEST_CASE("a page that stays behind a table that stands still differs") {
  Check check;
  check.world.tallies = {{"a", 2}};
  check.world.page = Tallies{{"a", 1}};
  const PageEvidence page = check.run();
  CHECK(page.compared);
  CHECK(page.shown == Tallies{{"a", 1}});
  CHECK(page.stored == Tallies{{"a", 2}});
}

TEST_CASE("a page that follows a table that changes is not said to differ") {
  Check check;
  check.world.page = Tallies{};
  check.world.at = [](test::World& world, Nanoseconds) {
    world.page = world.tallies;
    ++world.tallies["a"];
  };
  const Instant begin = check.clock.now();
  const PageEvidence page = check.run();
  CHECK_FALSE(page.compared);
  CHECK(page.why_not == "the table changed while they were compared");
  CHECK(check.clock.now() - begin == kPagePatience);
}

TEST_CASE("a table that answers only once, or only at last, is not compared") {
  for (const bool answers_first : {true, false}) {
    Check check;
    check.world.page = Tallies{};
    int asked = 0;  // the table, the page, the table
    check.world.at = [&](test::World& world, Nanoseconds) {
      world.postgres_up = (++asked == 1) == answers_first;
    };
    const PageEvidence page = check.run();
    CHECK_FALSE(page.compared);
    CHECK(page.why_not == "PostgreSQL does not answer");
    CHECK(asked <= 3);
  }
}

TEST_CASE("a page or a table that does not answer is not compared, and why is said") {
  Check check;
  check.world.page = test::unreachable("the page");
  CHECK(check.run().why_not == "the page does not answer");
  check.world.postgres_up = false;
  CHECK(check.run().why_not == "PostgreSQL does not answer");
  CHECK_FALSE(check.run().compared);
}

TEST_CASE("a page that comes back in time is compared") {
  Check check;
  check.world.page = test::unreachable("the page");
  check.world.at = [](test::World& world, Nanoseconds elapsed) {
    if (elapsed > seconds(2)) world.page = Tallies{};
  };
  CHECK(check.run().compared);
}

TEST_CASE("a second Ctrl-C ends the comparison") {
  Check check;
  check.world.page = Tallies{{"a", 1}};
  check.stop.request_stop();
  CHECK_FALSE(check.run().compared);
}

}  // namespace votebench::watch
