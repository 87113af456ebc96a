// "One vote at a time", held against rows and looks that are made up.
#include "watch/serial_check.h"

#include "support/catch.h"

using namespace votebench;
using namespace votebench::watch;
using std::chrono::seconds;

TEST_CASE("a serial check begins anew with every list that is empty again") {
  SerialCheck check;
  const Instant clear(seconds(100));
  check.observe(std::nullopt, clear, 1, 1);
  check.observe(clear, clear - seconds(1), 5, 1);  // began before the lists were empty
  check.observe(clear, clear, 9, 1);
  check.observe(clear, clear + seconds(1), 10, 1);
  CHECK(check.refuted().empty());  // a worker's last vote
  check.observe(clear + seconds(2), clear + seconds(2), 30, 2);
  check.observe(clear + seconds(2), clear + seconds(3), 32, 2);
  CHECK(check.refuted().empty());
  check.observe(clear + seconds(2), clear + seconds(4), 33, 2);
  CHECK(check.refuted() == "3 rows came after the lists were empty, from 2 workers");
  CHECK(check.samples() == 5);
  check.observe(clear + seconds(2), clear + seconds(4), 33, 2);  // the same reading
  CHECK(check.samples() == 5);
}

namespace {

// Looks and readings that take no time, a second apart.
class Flow {
 public:
  explicit Flow(FallCheck& check) : check_(check) {}
  void popped(std::optional<std::uint64_t> votes) {
    check_.observe_queue(now_ += seconds(1), votes);
  }
  void written(std::uint64_t rows) {
    check_.reading_begins();
    check_.observe_rows(now_ += seconds(1), rows);
  }
  // A look, a reading, a look.
  void holds(std::uint64_t votes, std::uint64_t rows) {
    popped(votes);
    written(rows);
    popped(votes);
  }

 private:
  FallCheck& check_;
  Instant now_{};
};

}  // namespace

TEST_CASE("what workers hold at once shows when it reaches the table") {
  FallCheck check;
  Flow flow(check);
  SECTION("a worker that takes twenty votes and writes one by one") {
    flow.holds(20, 0);
    flow.holds(20, 12);
    flow.holds(40, 20);
    flow.holds(40, 39);
    CHECK(check.seen().most == 19);
    CHECK(check.seen().samples == 4);
  }
  SECTION("one vote at a time, of which some are lost") {
    for (std::uint64_t vote = 1; vote <= 50; ++vote) {
      flow.holds(vote, vote - 1 - (vote - 1) / 10);
      flow.holds(vote, vote - vote / 10);
    }
    CHECK(check.seen().most == 1);
  }
  SECTION("a reading is held only against looks that it does not overlap") {
    flow.popped(20);
    check.reading_begins();
    flow.popped(60);  // looked at while the table was read: which came first is not known
    check.observe_rows(Instant(seconds(5)), 20);
    check.observe_queue(Instant(seconds(4)), 20);  // began before the reading ended
    CHECK(check.seen().samples == 0);
    check.observe_queue(Instant(seconds(5)), 60);
    CHECK(check.seen().samples == 1);
    CHECK(check.seen().most == 0);
  }
}

TEST_CASE("what was in hand is not known where the numbers contradict each other") {
  FallCheck check;
  Flow flow(check);
  flow.holds(20, 0);
  SECTION("more rows than pops: pushes that the queue does not count") { flow.holds(20, 21); }
  SECTION("rows that go, and come back") {
    flow.holds(20, 19);
    flow.holds(20, 3);
    flow.holds(20, 19);
  }
  SECTION("the queue began to count anew") {
    flow.popped(std::nullopt);
    flow.holds(20, 19);
  }
  CHECK(check.seen().most == 0);
}

TEST_CASE("looks and readings from before the queue counted anew are held against nothing") {
  FallCheck check;
  Flow flow(check);
  SECTION("a reading behind it, before the first look") {
    flow.popped(20);
    flow.popped(std::nullopt);
    flow.written(0);
  }
  SECTION("a reading that had begun") {
    flow.popped(20);
    check.reading_begins();
    flow.popped(std::nullopt);
    check.observe_rows(Instant(seconds(2)), 0);
  }
  SECTION("a reading that waited for its look") {
    flow.popped(20);
    flow.written(0);
    flow.popped(std::nullopt);
    flow.popped(20);
    CHECK(check.seen().samples == 0);
  }
  flow.holds(20, 15);
  CHECK(check.seen().most == 0);
}

TEST_CASE("a fall of what was in hand by more than there are workers refutes one vote at a time") {
  SerialCheck check;
  check.observe_fall({.most = 3, .samples = 40}, 3);
  CHECK(check.refuted().empty());
  check.observe_fall({.most = 3, .samples = 50}, 2);
  CHECK(check.refuted() ==
        "3 votes were in hand at once and came to the table later, from 2 workers");
  CHECK(check.samples() == 50);
}
