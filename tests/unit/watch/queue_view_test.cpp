// When the lists count as clear, and whether their being empty proves anything.
#include "watch/queue_view.h"

#include "support/catch.h"
#include "unit/watch/clients.h"
#include "unit/watch/fakes.h"

using namespace votebench;
using namespace votebench::watch;
using std::chrono::milliseconds;

namespace {

const VoterIds kIds(RunId{0xb7f3a001}, RunKey{1, 2, 3});

struct Looks {
  test::World world;
  test::SleeplessClock clock;
  test::FakeQueue queue{world, clock};
  QueueBaseline baseline;

  Looks() { baseline.snapshot.server_id = world.server_id; }
  void seen() { baseline.seen_in = {true}; }
  QueueView view() { return {queue, baseline, kIds, clock}; }
  void look(QueueView& view) {
    clock.advance(milliseconds(100));
    view.look();
  }
  void blocked_worker() {
    QueueClient client;
    client.id = 7;
    test::set_command(client, "blpop", true);
    world.clients = {client};
  }
};

}  // namespace

TEST_CASE("pushes elsewhere on a shared server do not reset a list that is known") {
  Looks looks;
  SECTION("a vote of ours was seen in it") { looks.seen(); }
  SECTION("a worker waits in a pop: a vote may never stand in it") { looks.blocked_worker(); }
  QueueView view = looks.view();
  looks.look(view);
  const auto since = view.clear_since();
  REQUIRE(since);
  looks.world.pushes += 500;
  looks.look(view);
  CHECK(view.clear_since() == since);
}

TEST_CASE("while the list is not known, every push may have been into it") {
  Looks looks;
  QueueView view = looks.view();
  looks.look(view);
  const auto since = view.clear_since();
  looks.world.pushes += 1;
  looks.look(view);
  REQUIRE(view.clear_since());
  CHECK(*view.clear_since() > *since);
}

TEST_CASE("a vote of ours, and a server that was restarted, begin anew in a known list, too") {
  Looks looks;
  looks.seen();
  QueueView view = looks.view();
  looks.look(view);
  REQUIRE(view.clear_since());
  looks.world.listed = {kIds.make(1)};
  looks.look(view);
  CHECK_FALSE(view.clear_since());
  looks.world.listed.clear();
  looks.look(view);
  const auto since = view.clear_since();
  REQUIRE(since);
  looks.world.server_id = "server-2";
  looks.look(view);
  CHECK(*view.clear_since() > *since);
}

TEST_CASE("elements that cannot be read stand in the way, and are named") {
  Looks looks;
  looks.world.listed = {"?", "ann"};
  QueueView view = looks.view();
  looks.look(view);
  CHECK_FALSE(view.clear_since());
  REQUIRE(view.obstacle());
  CHECK(*view.obstacle() == "1 element in the queue cannot be read and may be a vote of ours");
  CHECK(view.evidence().unreadable_listed == 1);
}

TEST_CASE("in a list where ids were read before, such elements are strangers'") {
  Looks looks;
  looks.seen();
  looks.world.listed = {"?", "ann"};
  QueueView view = looks.view();
  looks.look(view);
  CHECK(view.clear_since());
  CHECK_FALSE(view.obstacle());
}

TEST_CASE("where votes bear ids of the app, a stranger's element may be ours") {
  Looks looks;
  looks.seen();
  looks.baseline.counts_only = true;
  looks.world.listed = {"ann"};
  QueueView view = looks.view();
  looks.look(view);
  CHECK_FALSE(view.clear_since());
  CHECK(view.obstacle());
}

TEST_CASE("a list that no vote of ours was ever seen in proves nothing by being empty") {
  Looks looks;
  QueueView view = looks.view();
  looks.look(view);
  REQUIRE(view.obstacle());
  CHECK(view.obstacle()->starts_with("no vote of ours was ever seen in the queue"));
  CHECK_FALSE(view.evidence().list_seen);
  looks.world.listed = {kIds.make(kFirstProbeIndex)};
  looks.look(view);
  looks.world.listed.clear();
  looks.look(view);
  CHECK_FALSE(view.obstacle());
  CHECK(view.evidence().list_seen);
}

TEST_CASE("a worker that waits in a pop may never leave a vote standing") {
  Looks looks;
  looks.blocked_worker();
  QueueView view = looks.view();
  looks.look(view);
  CHECK_FALSE(view.obstacle());
  CHECK(view.evidence().blocking_pops);
  Looks later;
  later.baseline.blocking_pops = true;
  CHECK_FALSE(later.view().obstacle());
}

TEST_CASE("what a sampler saw is not forgotten by the drain") {
  Looks looks;
  QueueView view = looks.view();
  QueueHistory history;
  history.last = looks.baseline.snapshot;
  history.seen_in = {false, true};
  view.continue_from(history);
  CHECK_FALSE(view.obstacle());
}

TEST_CASE(
    "lists that are not empty are read a fifth of the time, and between that by their length") {
  Looks looks;
  looks.seen();
  looks.world.listed = {"ann"};
  looks.world.at = [&](test::World&, Nanoseconds) { looks.clock.advance(milliseconds(10)); };
  QueueView view = looks.view();
  for (const Instant end = looks.clock.now() + milliseconds(500); looks.clock.now() < end;)
    view.look();
  CHECK(looks.world.contents_read == 10);
  const auto since = view.clear_since();
  REQUIRE(since);
  while (looks.world.contents_read == 10) view.look();
  view.look();
  CHECK(view.clear_since() == since);
  looks.world.listed.push_back("bob");
  view.look();
  CHECK(looks.world.contents_read == 11);
  CHECK_FALSE(view.clear_since());
}

TEST_CASE("clients are asked for four times a second") {
  Looks looks;
  QueueView view = looks.view();
  for (int i = 0; i < 40; ++i) {
    looks.clock.advance(milliseconds(50));
    view.look();
  }
  CHECK(looks.world.clients_asked == 8);
}

TEST_CASE("a server that does not answer is said until it does") {
  Looks looks;
  QueueView view = looks.view();
  CHECK(view.read_contents());
  CHECK(view.look_at_clients());
  looks.world.may_list_clients = false;
  CHECK_FALSE(view.look_at_clients());
  CHECK(view.error() == "Redis does not answer");
  CHECK_FALSE(view.clear_since());
  CHECK(view.read_contents());
  CHECK(view.error().empty());
  looks.world.redis_up = false;
  CHECK_FALSE(view.read_contents());
  CHECK(view.error() == "Redis does not answer");
}

TEST_CASE("somebody took votes whom nobody saw") {
  Looks looks;
  looks.baseline.snapshot.depth = 5;
  looks.world.pushes = 10;
  QueueView view = looks.view();
  CHECK(view.has_unseen_consumers());  // nobody watched
  view.continue_from({.last = looks.baseline.snapshot,
                      .seen_in = {},
                      .own_seen = {},
                      .consumers = {},
                      .pushers = {},
                      .others = {}});
  looks.world.listed.assign(15, "ann");
  looks.look(view);
  CHECK_FALSE(view.has_unseen_consumers());
  looks.world.listed.assign(14, "ann");
  looks.look(view);
  CHECK(view.has_unseen_consumers());
  looks.blocked_worker();
  view.look_at_clients();
  CHECK_FALSE(view.has_unseen_consumers());
}

TEST_CASE("what is pushed behind the load is not the run's") {
  Looks looks;
  QueueView view = looks.view();
  looks.world.pushes = 3;
  view.read_contents();
  view.freeze_pushed();
  looks.world.pushes = 9;
  view.read_contents();
  view.freeze_pushed();
  CHECK(view.evidence().pushed == 3U);
}

TEST_CASE("the lists are read once more when they have become empty, and then no more") {
  Looks looks;
  looks.seen();
  looks.world.listed = {kIds.make(1)};
  QueueView view = looks.view();
  looks.look(view);
  const std::uint64_t before = looks.world.contents_read;
  looks.world.listed.clear();
  looks.look(view);
  CHECK(looks.world.contents_read == before + 1);
  looks.look(view);
  looks.look(view);
  CHECK(looks.world.contents_read == before + 1);
}

TEST_CASE("what is removed behind the run's own votes is not the run's") {
  Looks looks;
  looks.baseline.snapshot.removed = looks.world.removed = 0;
  QueueView view = looks.view();
  looks.world.removed = 1;
  looks.look(view);
  CHECK(view.evidence().removed == 1);
  const bool frozen = GENERATE(false, true);
  if (frozen) view.freeze_pushed();
  looks.world.removed = 3;
  looks.look(view);
  CHECK(view.evidence().removed == (frozen ? 1U : 3U));
  view.freeze_pushed();  // a second time changes nothing
  CHECK(view.evidence().removed == (frozen ? 1U : 3U));
}
