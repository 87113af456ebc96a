// What would help: advice fits its cause.
#include <algorithm>

#include "report/report.h"
#include "support/catch.h"
#include "world.h"

using namespace votebench;
using namespace votebench::report::tests;
using namespace std::chrono_literals;

namespace {

bool advises(World& world, std::string_view words) {
  const report::Report report = world.report();
  return std::ranges::any_of(report.advice, [&](const std::string& advice) {
    return advice.find(words) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("votes that our own fault took along: what keeps them, and no search for restarts") {
  World world = worker_crash();
  CHECK(advises(world, "the lost votes were on their way when worker-crash came"));
  CHECK(advises(world, "only once its row is written"));
  CHECK_FALSE(advises(world, "look for restarts"));

  const auto fault = std::ranges::find(world.record.events, "worker-crash", &RunEvent::name);
  REQUIRE(fault != world.record.events.end());
  SECTION("each service has its own") {
    fault->detail = "restart redis";
    CHECK(advises(world, "puts on disk what it accepts"));
    fault->detail = "kill vote";
    CHECK(advises(world, "answers only once the vote is queued"));
    CHECK_FALSE(advises(world, "only once its row is written"));
  }
  SECTION("a fault that was not done took nothing along") {
    fault->failed = true;
    CHECK(advises(world, "look for restarts"));
    CHECK_FALSE(advises(world, "on their way when"));
  }
  SECTION("nor is what was only seen a fault of ours") {
    fault->kind = EventKind::observed;
    CHECK(advises(world, "look for restarts"));
  }
  SECTION("nor a fault that came a minute later") {
    fault->at += 60s;
    fault->until = fault->at;
    CHECK(advises(world, "look for restarts"));
    CHECK_FALSE(advises(world, "on their way when"));
  }
}

TEST_CASE("a run that was cut short is not told to drain for longer") {
  World world = still_queued();
  const auto suggests_longer = [&] {
    const report::Report report = world.report();
    return std::ranges::any_of(report.next, [](const std::string& command) {
      return command.find("drain.timeout") != std::string::npos;
    });
  };
  CHECK(suggests_longer());
  world.record.load.stopped = StopCause::threshold;
  CHECK_FALSE(suggests_longer());
}
