#include "report/attribution.h"

#include "support/catch.h"

using namespace votebench;
using namespace votebench::report;
using namespace std::chrono_literals;

namespace {

Finding lost(Nanoseconds sent) {
  Finding finding;
  finding.sent_at = sent;
  return finding;
}

const RunEvent kCrash{60s, "worker-crash", "kill worker", EventKind::fault, 72s, false};
const RunEvent kMark{70s, "half-time", "", EventKind::mark, std::nullopt, false};

std::string only_text(const std::vector<Finding>& findings, const std::vector<RunEvent>& events) {
  const auto all = find_coincidences(findings, events);
  REQUIRE(all.size() == 1);
  CHECK(all[0].votes == findings.size());
  return near_text(all[0]);
}

}  // namespace

TEST_CASE("votes that were under way when the worker died are near its death") {
  CHECK(only_text({lost(59906ms), lost(59993ms)}, {kCrash}) ==
        "7 ms to 94 ms before worker-crash (which lasted 12 s)");
}

TEST_CASE("votes sent while an event lasted, at its ends and just after it") {
  CHECK(only_text({lost(60s)}, {kCrash}) == "0 ns before worker-crash (which lasted 12 s)");
  CHECK(only_text({lost(61s), lost(72s)}, {kCrash}) ==
        "1 s to 12 s after worker-crash (which lasted 12 s)");
  CHECK(only_text({lost(82s)}, {kCrash}) == "22 s after worker-crash (which lasted 12 s)");
  CHECK(only_text({lost(59s), lost(61s)}, {kCrash}) ==
        "from 1 s before to 1 s after worker-crash (which lasted 12 s)");
}

TEST_CASE("votes sent far from every event are near none") {
  CHECK(find_coincidences({lost(49999ms), lost(82001ms)}, {kCrash}).empty());
  CHECK(find_coincidences({lost(60s)}, {}).empty());
}

TEST_CASE("a finding without a send time says nothing about events") {
  Finding phantom = lost(60s);
  phantom.vote_class = VoteClass::phantom;
  phantom.sent_at.reset();
  CHECK(find_coincidences({phantom}, {kCrash}).empty());
}

TEST_CASE("the window that holds a vote is nearer than a mark beside it") {
  CHECK(only_text({lost(71s)}, {kCrash, kMark}) == "11 s after worker-crash (which lasted 12 s)");
  CHECK(only_text({lost(70s)}, {kMark, kCrash}) == "10 s after worker-crash (which lasted 12 s)");
}

TEST_CASE("of two windows that hold a vote the later one is told") {
  const RunEvent later{65s, "redis-pause", "pause redis", EventKind::fault, 67s, false};
  CHECK(only_text({lost(66s)}, {kCrash, later}) == "1 s after redis-pause (which lasted 2 s)");
}

TEST_CASE("a moment has no length to tell") {
  CHECK(only_text({lost(73s)}, {kMark}) == "3 s after half-time");
}

TEST_CASE("the sampler's own gaps explain nothing") {
  CHECK(find_coincidences({lost(60s)}, {{60s, "sampler-gap", "no look for 1 s"}}).empty());
}

TEST_CASE("classes and events are kept apart, most votes first") {
  const RunEvent early{20s, "redis-restarted", "another run_id"};
  Finding stale = lost(61s);
  stale.vote_class = VoteClass::stale;
  const auto all =
      find_coincidences({lost(21s), stale, lost(60s), lost(61s), lost(500s)}, {early, kCrash});
  REQUIRE(all.size() == 3);
  CHECK(all[0].event == kCrash);
  CHECK(all[0].votes == 2);
  CHECK(all[1].event == early);
  CHECK(all[2].vote_class == VoteClass::stale);
}
