// The queue probe of a stream against a real Redis.
#include "adapters/queue.h"
#include "support/catch.h"
#include "support/real_servers.h"

using namespace votebench;
using namespace votebench::adapters;
using test::RealRedis;
using test::RedisSession;

namespace {

const VoterIds kVoters(RunId{0xb7f3a002}, RunKey{1, 2, 3});

QueueSettings stream_of(const RealRedis& redis, const std::string& group = "workers") {
  QueueSettings settings = redis.settings();
  settings.kind = "redis_stream";
  settings.group = group;
  return settings;
}

// A stream, its group, and one who looks at it.
struct World {
  explicit World(const std::string& group = "workers") : settings(stream_of(redis, group)) {
    probe = open_queue_probe(settings).value();
  }
  void add(int count) {
    for (int i = 0; i < count; ++i)
      app.ask({"XADD", "votes", "*", "voter_id", kVoters.make(next++), "vote", "a"});
  }
  void make_group() { app.ask({"XGROUP", "CREATE", "votes", "workers", "0", "MKSTREAM"}); }
  std::string read(int count, bool keeps = true) {
    std::vector<std::string> command{"XREADGROUP", "GROUP", "workers",
                                     "w1",         "COUNT", std::to_string(count)};
    if (!keeps) command.emplace_back("NOACK");
    command.insert(command.end(), {"STREAMS", "votes", ">"});
    return app.ask(command);
  }
  // The id of the nth entry that stands in the stream.
  std::string id(std::size_t nth) {
    return app.ask({"EVAL", "return redis.call('XRANGE',KEYS[1],'-','+')[tonumber(ARGV[1])][1]",
                    "1", "votes", std::to_string(nth)});
  }
  QueueSnapshot look() {
    auto snapshot = probe->snapshot();
    if (!snapshot) FAIL(snapshot.error().message);
    return *snapshot;
  }
  QueueContents contents() {
    auto found = probe->contents(kVoters, 1000);
    if (!found) FAIL(found.error().message);
    return *found;
  }

  RealRedis redis;
  QueueSettings settings;
  std::unique_ptr<QueueProbe> probe;
  RedisSession app = redis.connect();
  VoterIndex next = 0;
};

}  // namespace

TEST_CASE("a stream: what waits, what is in hand, what was ever added and handed out") {
  World world;
  CHECK(world.look().depth == 0);
  CHECK(world.look().pushed == 0);
  world.make_group();
  world.add(5);
  CHECK(world.look().depth == 5);
  CHECK(world.look().in_flight_depths == std::vector<std::uint64_t>{0});
  world.read(2);
  const QueueSnapshot look = world.look();
  CHECK(look.depth == 3);
  CHECK(look.in_flight_depths == std::vector<std::uint64_t>{2});
  CHECK(look.pushed == 5);
  CHECK(look.delivered == 2);
  CHECK(look.acknowledged == 0);
  CHECK_FALSE(look.blind);
  world.app.ask({"XACK", "votes", "workers", world.id(1)});
  CHECK(world.look().in_flight_depths == std::vector<std::uint64_t>{1});
  CHECK(world.look().acknowledged == 1);
}

TEST_CASE(
    "a stream: ids of what waits and of what is in hand; what was read before shows its form") {
  World world;
  world.make_group();
  world.add(4);
  world.read(3);
  world.app.ask({"XACK", "votes", "workers", world.id(1)});
  const QueueContents contents = world.contents();
  CHECK(contents.list.own == std::vector<VoterIndex>{3});
  CHECK(contents.list.complete());
  REQUIRE(contents.in_flight.size() == 1);
  CHECK(contents.in_flight[0].own == std::vector<VoterIndex>{1, 2});
  CHECK(contents.in_flight[0].complete());
  CHECK(contents.seen_in() == std::vector<bool>{true, true});
}

TEST_CASE("a stream: what has gone although it is pending may be a vote") {
  World world;
  world.make_group();
  world.add(2);
  world.read(2);
  world.app.ask({"XDEL", "votes", world.id(1)});
  const QueueContents contents = world.contents();
  CHECK(contents.in_flight[0].length == 2);
  CHECK_FALSE(contents.in_flight[0].complete());
}

TEST_CASE("trap: the server's lag counts what was trimmed; and none where entries were deleted") {
  World world;
  world.make_group();
  world.add(10);
  world.read(2);
  world.app.ask({"XTRIM", "votes", "MAXLEN", "=", "3"});
  CHECK(world.look().depth == 3);
  CHECK(world.look().removed == 5);
  world.read(3);
  CHECK(world.look().depth == 0);
  CHECK(world.look().removed == 5);
  world.add(3);
  CHECK(world.look().depth == 3);
  world.app.ask({"XDEL", "votes", world.id(5)});
  CHECK(world.look().depth == 2);
  CHECK(world.look().removed == 6);
}

TEST_CASE("a stream: a long backlog between read entries is counted to the end") {
  World world;
  world.make_group();
  world.add(700);
  world.read(100);
  CHECK(world.look().depth == 600);
  CHECK(world.contents().list.length == 600);
  CHECK(world.contents().list.complete());
  world.read(550);
  CHECK(world.look().depth == 50);
}

TEST_CASE("a stream: what is read with NOACK is handed out and never in hand") {
  World world;
  world.make_group();
  world.add(3);
  world.read(3, false);
  CHECK(world.look().delivered == 3);
  CHECK(world.look().depth == 0);
  CHECK(world.look().in_flight_depths == std::vector<std::uint64_t>{0});
}

TEST_CASE("a stream without a group: nothing is known of what was read") {
  World world("");
  world.add(3);
  CHECK(world.look().depth == 0);
  CHECK(world.look().pushed == 3);
  CHECK(world.look().blind);
  CHECK(world.look().in_flight_depths.empty());
  CHECK_FALSE(world.look().delivered);
  const QueueContents contents = world.contents();
  CHECK(contents.list.own.empty());
  CHECK(contents.seen_in() == std::vector<bool>{true});
  CHECK_FALSE(blind_spot_of(world.settings).empty());
}

TEST_CASE("a stream: another group's name, another type, another stream") {
  World world;
  world.add(1);
  world.app.ask({"XGROUP", "CREATE", "votes", "readers", "0"});
  const auto look = world.probe->snapshot();
  REQUIRE_FALSE(look);
  CHECK(look.error().message.find("has no group 'workers'") != std::string::npos);
  CHECK(look.error().help.find("'readers'") != std::string::npos);
  world.app.ask({"DEL", "votes"});
  world.app.ask({"RPUSH", "votes", "x"});
  const auto facts = world.probe->facts();
  REQUIRE_FALSE(facts);
  CHECK(facts.error().message.find("holds a list, not a stream") != std::string::npos);
}

TEST_CASE("a stream: who takes, who pushes, who is done") {
  World world;
  world.make_group();
  world.add(1);
  RedisSession worker = world.redis.connect();
  worker.ask({"CLIENT", "SETNAME", "worker"});
  worker.ask({"XREADGROUP", "GROUP", "workers", "w1", "STREAMS", "votes", ">"});
  const auto named = [&](const std::string& name) {
    const auto clients = world.probe->clients();
    for (const QueueClient& client : clients.value())
      if (client.name == name) return client;
    FAIL("not connected");
    return QueueClient{};
  };
  CHECK(named("worker").asks);
  CHECK(named("worker").blocks);
  CHECK_FALSE(named("worker").waits);
  worker.ask({"XACK", "votes", "workers", world.id(1)});
  CHECK(named("worker").takes);
  CHECK_FALSE(named("worker").asks);
  worker.ask({"XREAD", "STREAMS", "votes", "0"});
  CHECK(named("worker").reads);
}

TEST_CASE("a stream: own entries that wait or are in hand are counted and taken out") {
  World world;
  world.make_group();
  world.add(3);
  world.app.ask({"XADD", "votes", "*", "voter_id", "somebody", "vote", "a"});
  world.read(2);
  world.app.ask({"XACK", "votes", "workers", world.id(1)});
  CHECK(world.probe->count_own(kVoters).value() == 2);
  CHECK(world.probe->remove_own(kVoters).value() == 2);
  CHECK(world.look().in_flight_depths == std::vector<std::uint64_t>{0});
  CHECK(world.look().depth == 1);
  CHECK(world.app.ask({"XLEN", "votes"}) == "2");
}
