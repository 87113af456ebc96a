// The queue probe against a real Redis, and every trap of its counters that a claim leans on.
#include "adapters/queue.h"
#include "support/catch.h"
#include "support/real_servers.h"

using namespace votebench;
using namespace votebench::adapters;
using test::RealRedis;
using test::RedisSession;

namespace {

std::unique_ptr<QueueProbe> open(const QueueSettings& settings) {
  auto probe = open_queue_probe(settings);
  if (!probe) FAIL(probe.error().message);
  return std::move(*probe);
}

QueueSnapshot look(QueueProbe& probe) {
  auto snapshot = probe.snapshot();
  if (!snapshot) FAIL(snapshot.error().message);
  return *snapshot;
}

std::string payload(const std::string& voter) {
  return R"({"voter_id": ")" + voter + R"(", "vote": "a"})";
}

}  // namespace

TEST_CASE("a snapshot of lists, counters and server") {
  const RealRedis redis;
  QueueSettings settings = redis.settings();
  settings.in_flight = {"processing", "retry"};
  const auto probe = open(settings);
  RedisSession app = redis.connect();

  const QueueSnapshot before = look(*probe);
  CHECK(before.depth == 0);
  CHECK(before.pushed == 0);
  CHECK(before.server_id.size() == 40);
  CHECK(before.server_time > WallTime{});

  for (const char* voter : {"v1", "v2", "v3"}) app.ask({"RPUSH", "votes", payload(voter)});
  app.ask({"LMOVE", "votes", "retry", "LEFT", "RIGHT"});
  const QueueSnapshot after = look(*probe);
  CHECK(after.depth == 2);
  CHECK(after.in_flight_depths == std::vector<std::uint64_t>{0, 1});
  CHECK(after.pushed == 3);
  CHECK(after.server_id == before.server_id);
}

TEST_CASE("trap: one RPUSH of three elements is one call") {
  const RealRedis redis;
  const auto probe = open(redis.settings());
  redis.connect().ask({"RPUSH", "votes", "a", "b", "c"});
  CHECK(look(*probe).pushed == 1);
  CHECK(look(*probe).depth == 3);
}

TEST_CASE("trap: WRONGTYPE counts in calls and in failed calls") {
  const RealRedis redis;
  const auto probe = open(redis.settings());
  RedisSession app = redis.connect();
  app.ask({"RPUSH", "votes", "x"});
  app.ask({"SET", "other", "x"});
  CHECK(app.ask({"RPUSH", "other", "x"}).starts_with("WRONGTYPE"));
  CHECK(look(*probe).pushed == 1);
}

TEST_CASE("trap: a push refused for lack of memory is in no call") {
  const RealRedis redis;
  const auto probe = open(redis.settings());
  RedisSession app = redis.connect();
  app.ask({"RPUSH", "votes", "x"});
  app.ask({"CONFIG", "SET", "maxmemory", "1"});
  CHECK(app.ask({"RPUSH", "votes", "x"}).starts_with("OOM"));
  CHECK(look(*probe).pushed == 1);
}

TEST_CASE("trap: pops are not counted by lpop calls, so nothing here reads them") {
  const RealRedis redis;
  const auto probe = open(redis.settings());
  RedisSession worker = redis.connect();
  CHECK(worker.ask({"LPOP", "votes"}) == "(nil)");
  const auto stats = worker.ask({"INFO", "commandstats"});
  CHECK(stats.find("cmdstat_lpop:calls=1,") != std::string::npos);  // popped nothing
}

TEST_CASE("trap: RESETSTAT and a restart make counters fall; only a restart changes the id") {
  RealRedis redis;
  const auto probe = open(redis.settings());
  redis.connect().ask({"RPUSH", "votes", "x"});
  const QueueSnapshot before = look(*probe);
  redis.connect().ask({"CONFIG", "RESETSTAT"});
  const QueueSnapshot reset = look(*probe);
  CHECK(reset.pushed == 0);
  CHECK(reset.server_id == before.server_id);

  redis.kill();
  const auto gone = probe->snapshot();
  REQUIRE_FALSE(gone);
  CHECK(gone.error().kind == ErrorKind::environment);
  CHECK_FALSE(probe->snapshot());
  redis.start();
  const QueueSnapshot back = look(*probe);  // the same probe connects again
  CHECK(back.server_id != before.server_id);
  CHECK(back.depth == 0);
}

TEST_CASE("contents of list and side lists, malformed payloads counted") {
  const RealRedis redis;
  QueueSettings settings = redis.settings();
  settings.in_flight = {"processing"};
  const auto probe = open(settings);
  RedisSession app = redis.connect();
  app.ask({"RPUSH", "votes", payload("v1"), "rubbish", payload("v2"), payload("v3")});
  app.ask({"RPUSH", "processing", payload("v0")});

  const auto all = probe->contents(100);
  REQUIRE(all);
  CHECK(all->snapshot.depth == 4);
  CHECK(all->list.complete());
  CHECK(all->list.malformed == 1);
  REQUIRE(all->list.elements.size() == 3);
  CHECK(all->list.elements[2].voter_id == "v3");
  CHECK(all->list.elements[2].choice == "a");
  REQUIRE(all->in_flight.size() == 1);
  CHECK(all->in_flight[0].elements.at(0).voter_id == "v0");

  const auto some = probe->read_list("votes", 2);
  REQUIRE(some);
  CHECK(some->length == 4);
  CHECK(some->elements.size() == 1);
  CHECK_FALSE(some->complete());
}

TEST_CASE("a key of the wrong type is named early and breaks nothing") {
  const RealRedis redis;
  const auto probe = open(redis.settings());
  CHECK(probe->facts());
  redis.connect().ask({"SET", "votes", "a"});
  const auto facts = probe->facts();
  REQUIRE_FALSE(facts);
  CHECK(facts.error().message.find("holds a string, not a list") != std::string::npos);
  const auto snapshot = probe->snapshot();
  REQUIRE_FALSE(snapshot);
  CHECK(snapshot.error().message.find("WRONGTYPE") != std::string::npos);
  redis.connect().ask({"DEL", "votes"});
  CHECK(probe->snapshot());
}

TEST_CASE("facts for preflight") {
  const RealRedis redis({"--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru"});
  const auto facts = open(redis.settings())->facts();
  REQUIRE(facts);
  CHECK(facts->version.find('.') != std::string::npos);
  CHECK(facts->warnings ==
        std::vector<std::string>{"redis may evict the whole list (maxmemory-policy allkeys-lru)"});
}

TEST_CASE("clients: not ourselves, nor another votebench; waiting and holding consumers") {
  const RealRedis redis;
  const auto probe = open(redis.settings());
  const auto second = open(redis.settings());
  REQUIRE(look(*second).depth == 0);
  RedisSession blocked = redis.connect();
  RedisSession polling = redis.connect();
  polling.ask({"CLIENT", "SETNAME", "worker-1"});
  CHECK(polling.ask({"LPOP", "votes"}) == "(nil)");
  blocked.send({"BLPOP", "votes", "0"});

  std::vector<QueueClient> clients;
  test::wait_until("the blocked client shows", [&] {
    clients = *probe->clients();
    return clients.size() == 2 && clients[0].waits;
  });
  CHECK(clients[0].command == "blpop");
  CHECK(clients[1].command == "lpop");
  CHECK(clients[1].name == "worker-1");
  CHECK_FALSE(clients[1].waits);
  CHECK(clients[1].id > clients[0].id);
}

TEST_CASE("trap: a consumer that holds a vote is idle, not empty-handed") {
  const RealRedis redis;
  const auto probe = open(redis.settings());
  RedisSession worker = redis.connect();
  worker.ask({"RPUSH", "votes", payload("v1")});
  CHECK(worker.ask({"LPOP", "votes"}) == payload("v1"));  // and now it writes, for long
  CHECK(look(*probe).depth == 0);
  std::uint64_t idle = 0;
  test::wait_until("idle grows", [&] { return (idle = probe->clients()->at(0).idle_s) >= 1; });
  CHECK(probe->clients()->at(0).command == "lpop");
}

TEST_CASE("passwords: right, wrong, and never in a text") {
  const std::string secret = "correct-horse-7f3a";
  const RealRedis redis({"--requirepass", secret});
  QueueSettings settings = redis.settings();
  const auto without = open_queue_probe(settings);
  REQUIRE_FALSE(without);
  CHECK(without.error().message.find("NOAUTH") != std::string::npos);
  settings.password = Secret("wrong-" + secret);
  const auto wrong = open_queue_probe(settings);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().message.find("WRONGPASS") != std::string::npos);
  CHECK(wrong.error().message.find(secret) == std::string::npos);
  settings.password = Secret(secret);
  CHECK(open_queue_probe(settings));
  settings.user = "default";
  CHECK(open_queue_probe(settings));
}

TEST_CASE("trap: a server that does not know AUTH quotes its arguments") {
  const std::string secret = "correct-horse-7f3a";
  const RealRedis redis({"--rename-command", "AUTH", ""});
  QueueSettings settings = redis.settings();
  settings.password = Secret(secret);
  const auto probe = open_queue_probe(settings);
  REQUIRE_FALSE(probe);
  CHECK(probe.error().message.find(secret) == std::string::npos);
}

TEST_CASE("databases are told apart, a missing one is an error") {
  const RealRedis redis;
  QueueSettings settings = redis.settings();
  redis.connect().ask({"RPUSH", "votes", "x"});
  settings.database = 3;
  CHECK(look(*open(settings)).depth == 0);
  settings.database = 99;
  CHECK_FALSE(open_queue_probe(settings));
}

TEST_CASE("no server, and a frozen one: an error in time") {
  QueueSettings nowhere;
  nowhere.kind = "redis";
  nowhere.path = "/tmp/vbtest-no-such-socket";
  const auto missing = open_queue_probe(nowhere);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message.find(nowhere.path) != std::string::npos);

  const RealRedis redis;
  const auto probe = open(redis.settings());
  redis.freeze();
  const auto begin = real_clock().now();
  CHECK_FALSE(probe->snapshot());
  CHECK(real_clock().now() - begin < std::chrono::seconds(30));
  redis.thaw();
  CHECK(probe->snapshot());
}

TEST_CASE("the clock offset of a server on this machine is within its uncertainty") {
  const RealRedis redis;
  const auto offset = open(redis.settings())->clock_offset(real_clock());
  REQUIRE(offset);
  CHECK(offset->uncertainty > Nanoseconds(0));
  CHECK(offset->uncertainty < std::chrono::seconds(1));
  CHECK(std::chrono::abs(offset->offset) <= offset->uncertainty + std::chrono::milliseconds(1));
}
