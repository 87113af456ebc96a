// How many trailing votes are cast, when, and when they have come through.
#include "watch/trailing_votes.h"

#include "support/catch.h"
#include "unit/watch/ended_run.h"

using namespace votebench;
using namespace votebench::watch;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test_run::kIds;

namespace {

// Trailing votes over a store that takes those that `arrive`.
struct Trail {
  test::World world;
  test::SleeplessClock clock;
  test::FakeRows rows{world, clock};
  std::vector<VoterIndex> cast;
  bool page_up = true;
  bool arrive = true;
  TrailingVotes votes{[this](VoterIndex voter) { return one(voter); }, kIds, clock};

  Result<std::vector<bool>> one(VoterIndex voter) {
    if (!page_up) return fail(ErrorKind::environment, "the vote page gave no answer");
    cast.push_back(voter);
    if (arrive) world.found[kIds.make(voter)] = "a";
    return std::vector<bool>{};
  }
  bool due(const MissingVotes& missing = {5}, bool seen = true) { return votes.due(missing, seen); }
  void round(std::size_t consumers, const MissingVotes& missing = {5}) {
    votes.cast(consumers, missing);
    votes.look(rows);
  }
};

}  // namespace

TEST_CASE("three trailing votes for each consumer, three at least, thirty-two at most") {
  for (const auto& [consumers, count] : std::vector<std::pair<std::size_t, std::size_t>>{
           {0, 3}, {1, 3}, {2, 6}, {10, 30}, {11, 32}}) {
    Trail trail;
    trail.round(consumers);
    CHECK(trail.cast.size() == count);
    CHECK(trail.votes.cast_count() == count);
    CHECK(trail.votes.arrived() == count);
  }
}

TEST_CASE("their ids are the top of the probes' range, each another") {
  Trail trail;
  trail.round(1);
  trail.round(1);
  CHECK(trail.cast == std::vector<VoterIndex>{0xFFFFFF00, 0xFFFFFF01, 0xFFFFFF02, 0xFFFFFF03,
                                              0xFFFFFF04, 0xFFFFFF05});
}

TEST_CASE("no more of them than there are ids") {
  Trail trail;
  for (int i = 0; i < 7; ++i) trail.round(11);
  CHECK(trail.votes.cast_count() == 224);
  CHECK(trail.due({4}));  // 32 more are 256
  trail.round(11);
  CHECK(trail.cast.back() == 0xFFFFFFFF);
  CHECK_FALSE(trail.due({3}));
}

TEST_CASE("those that came are cast again only when other votes are missing") {
  Trail trail;
  CHECK(trail.due());
  trail.round(1);
  CHECK(trail.votes.came_through({5}));
  CHECK(trail.votes.obstacle({5}).empty());
  trail.clock.advance(seconds(60));
  CHECK_FALSE(trail.due());
  CHECK(trail.due({4}));
  CHECK(trail.votes.obstacle({4}) == "other votes moved behind the trailing votes");
  CHECK(trail.votes.late({4}) == 1);
  trail.round(1, {4});
  CHECK(trail.votes.came_through({4}));
  CHECK(trail.votes.late({4}) == 1);  // counted from the first of all
  CHECK(trail.votes.late({6}) == 0);
}

TEST_CASE("those that did not come are cast again after three seconds") {
  Trail trail;
  trail.arrive = false;
  trail.round(1);
  CHECK(trail.votes.obstacle({5}) ==
        "the last of 3 trailing votes that were cast behind the load has no row: votes are held "
        "back");
  trail.clock.advance(milliseconds(2999));
  CHECK_FALSE(trail.due({4}));
  trail.clock.advance(milliseconds(1));
  CHECK(trail.due());
  trail.arrive = true;
  trail.round(1);
  CHECK(trail.votes.came_through({5}));
  CHECK(trail.votes.arrived() == 3);
}

TEST_CASE("the last one decides, however many came before it") {
  Trail trail;
  trail.round(1);
  trail.world.found.erase(kIds.make(trail.cast.back()));
  trail.round(1);
  trail.world.found.clear();
  trail.votes.look(trail.rows);  // what has come through is not asked for again
  CHECK(trail.votes.came_through({5}));
  trail.arrive = false;
  trail.round(1);
  CHECK_FALSE(trail.votes.came_through({5}));
}

TEST_CASE("a list in which nobody was seen is tried twelve times, not faster than 300 ms") {
  Trail trail;
  int rounds = 0;
  for (; trail.due({5}, false); ++rounds) {
    trail.round(1);
    trail.clock.advance(milliseconds(299));
    CHECK_FALSE(trail.due({5}, false));
    trail.clock.advance(milliseconds(1));
    CHECK_FALSE(trail.due({5}, true));
  }
  CHECK(rounds == 12);
}

TEST_CASE("a page that refuses is asked again after a second, three times") {
  Trail trail;
  trail.page_up = false;
  for (int i = 0; i < 3; ++i) {
    CHECK(trail.votes.possible());
    CHECK_FALSE(trail.votes.came_through({5}));
    CHECK(trail.votes.obstacle({5}) == "no trailing vote has been accepted yet");
    trail.round(1);
    trail.clock.advance(milliseconds(999));
    CHECK_FALSE(trail.due());
    trail.clock.advance(milliseconds(1));
    CHECK(trail.due() == (i < 2));
  }
  CHECK_FALSE(trail.votes.possible());
  CHECK(trail.votes.came_through({5}));
  CHECK(trail.votes.cast_count() == 0);
  CHECK(trail.votes.late({4}) == 0);
}

TEST_CASE("a page that accepted some is not given up") {
  Trail trail;
  trail.round(1);
  trail.page_up = false;
  for (int i = 0; i < 5; ++i) {
    trail.round(1);
    trail.clock.advance(seconds(1));
  }
  CHECK(trail.votes.possible());
  CHECK(trail.votes.came_through({5}));  // a round without a vote is none
  CHECK(trail.due({4}));
}

TEST_CASE("a store that does not answer says nothing of them") {
  Trail trail;
  CHECK(trail.votes.look(trail.rows));
  trail.votes.cast(1, {5});
  trail.world.postgres_up = false;
  CHECK_FALSE(trail.votes.look(trail.rows));
  CHECK_FALSE(trail.votes.came_through({5}));
  trail.world.postgres_up = true;
  CHECK(trail.votes.look(trail.rows));
  CHECK(trail.votes.came_through({5}));
}

TEST_CASE("of several lists the last trailing vote of each has to come") {
  Trail trail;
  TrailingVotes votes{[&](VoterIndex voter) -> Result<std::vector<bool>> {
                        trail.cast.push_back(voter);
                        if (voter % 2 == 0) trail.world.found[kIds.make(voter)] = "a";
                        return std::vector<bool>{};
                      },
                      kIds, trail.clock, 2};
  votes.cast(1, {5});
  CHECK(trail.cast.size() == 6);
  votes.look(trail.rows);
  CHECK_FALSE(votes.came_through({5}));
  trail.world.found[kIds.make(trail.cast.back())] = "b";
  votes.look(trail.rows);
  CHECK(votes.came_through({5}));
}
