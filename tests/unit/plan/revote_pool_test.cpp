#include "plan/revote_pool.h"

#include "support/catch.h"

using namespace votebench;
using namespace votebench::plan;

TEST_CASE("a vote can be followed from the shortest to the longest gap, both included") {
  for (const auto& [now, expected] :
       {std::pair{109, false}, {110, true}, {115, true}, {120, true}, {121, false}}) {
    RevotePool pool(Gap{10, 20});
    Rng rng(1);
    pool.add({100, 7, 0, 1});
    CAPTURE(now);
    CHECK(pool.take(now, rng).has_value() == expected);
  }
}

TEST_CASE("a vote has one successor at most") {
  RevotePool pool(Gap{1, 100});
  Rng rng(1);
  for (VoterIndex voter = 0; voter < 50; ++voter) pool.add({0, voter, 3, 1});
  std::vector<bool> taken(50, false);
  for (int i = 0; i < 50; ++i) {
    const auto vote = pool.take(1, rng);
    REQUIRE(vote.has_value());
    CHECK(vote->kth == 3);
    CHECK_FALSE(taken[vote->voter]);
    taken[vote->voter] = true;
  }
  CHECK_FALSE(pool.take(1, rng).has_value());
}

TEST_CASE("memory holds the longest gap and nothing older") {
  RevotePool pool(Gap{1000, 10000});
  Rng rng(1);
  for (std::int64_t now = 0; now < 300000; now += 10) {
    if (now % 30 == 0) (void)pool.take(now, rng);
    pool.add({now, static_cast<VoterIndex>(now), 0, 0});
    REQUIRE(pool.size() <= 10000 / 10 + 1);
  }
}
