// The queue probe against a real Redis, and every trap of its counters that a claim leans on.
#include <algorithm>

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

const VoterIds kIds(RunId{0xb7f3a001}, RunKey{1, 2, 3});

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

TEST_CASE("what was taken out of a list and put into no other is counted, whatever the command") {
  const RealRedis redis;
  const auto probe = open(redis.settings());
  RedisSession worker = redis.connect();
  for (int i = 0; i < 6; ++i) worker.ask({"RPUSH", "votes", "x"});
  worker.ask({"LMOVE", "votes", "held", "LEFT", "RIGHT"});
  worker.ask({"RPOPLPUSH", "votes", "held"});
  worker.ask({"LREM", "held", "1", "x"});
  CHECK(look(*probe).taken_bare == 0);
  worker.ask({"LPOP", "votes"});
  worker.ask({"BRPOP", "votes", "1"});
  worker.ask({"LTRIM", "votes", "1", "-1"});
  worker.ask({"RENAME", "votes", "batch"});
  CHECK(look(*probe).taken_bare == 4);
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

TEST_CASE("a connection that Redis ended between two questions is made again") {
  const RealRedis redis;
  const auto probe = open(redis.settings());
  (void)look(*probe);
  CHECK(redis.connect().ask({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"}) == "1");
  CHECK(probe->snapshot());
}

TEST_CASE("contents of list and side lists: ours, somebody else's, and what may be ours") {
  const RealRedis redis;
  QueueSettings settings = redis.settings();
  settings.in_flight = {"processing"};
  const auto probe = open(settings);
  RedisSession app = redis.connect();
  const std::string other_run = VoterIds(RunId{0x11111111}, RunKey{}).make(1);
  app.ask({"RPUSH", "votes", payload("v1"), "rubbish", payload(kIds.make(4)),
           R"({"voterId": ")" + kIds.make(5) + R"("})", "id=" + other_run,
           payload(kIds.make(6).substr(0, 25))});
  app.ask({"RPUSH", "processing", "1|" + kIds.make(kFirstProbeIndex)});

  const auto all = probe->contents(kIds, 100);
  REQUIRE(all);
  CHECK(all->snapshot.depth == 6);
  CHECK(all->list.complete());
  CHECK(all->list.read == 6);
  CHECK(all->list.own == std::vector<VoterIndex>{4, 5});
  CHECK(all->list.strangers == 2);
  CHECK(all->list.unclear == 2);
  CHECK(all->list.others == std::vector<std::string>{"v1"});
  REQUIRE(all->in_flight.size() == 1);
  CHECK(all->in_flight[0].own == std::vector<VoterIndex>{kFirstProbeIndex});
  CHECK(all->seen_in() == std::vector<bool>{true, true});

  const auto some = probe->contents(kIds, 2);
  REQUIRE(some);
  CHECK(some->list.length == 6);
  CHECK(some->list.read == 2);
  CHECK_FALSE(some->list.complete());
  CHECK(some->seen_in() == std::vector<bool>{false, true});
}

TEST_CASE("own elements are counted and taken out whatever their form") {
  const RealRedis redis;
  const auto probe = open(redis.settings());
  RedisSession app = redis.connect();
  app.ask({"RPUSH", "votes", payload("v1"), payload(kIds.make(4)), "a:" + kIds.make(5), "rubbish"});
  CHECK(probe->count_own(kIds) == 2U);
  CHECK(probe->remove_own(kIds) == 2U);
  CHECK(look(*probe).depth == 2);
}

TEST_CASE("every plain push is counted, and which command it was") {
  const RealRedis redis;
  const auto probe = open(redis.settings());
  RedisSession app = redis.connect();
  const QueueSnapshot before = look(*probe);
  app.ask({"LPUSH", "votes", "1"});
  app.ask({"LPUSH", "votes", "2"});
  app.ask({"RPUSH", "votes", "3"});
  app.ask({"RPUSHX", "votes", "4"});
  app.ask({"BRPOP", "votes", "1"});
  app.ask({"XADD", "stream", "*", "k", "v"});
  app.ask({"RENAME", "votes", "batch"});
  const QueueSnapshot after = look(*probe);
  CHECK(after.pushed - before.pushed == 4);
  CHECK(after.counters.at("lpush") == 2);
  CHECK(after.counters.at("xadd") == 1);
  const QueueUse use = queue_kind(redis.settings()).use(before, after);
  CHECK(use.pushes == std::vector<std::string>{"lpush", "rpush", "rpushx"});
  CHECK(use.takes == std::vector<std::string>{"brpop"});
  CHECK(use.hidden == std::vector<std::string>{"xadd", "rename"});
}

TEST_CASE("pushes in a script and in a transaction are counted by themselves") {
  const RealRedis redis;
  const auto probe = open(redis.settings());
  RedisSession app = redis.connect();
  app.ask({"EVAL", "return redis.call('rpush', KEYS[1], ARGV[1])", "1", "votes", "x"});
  app.ask({"MULTI"});
  app.ask({"LPUSH", "votes", "y"});
  app.ask({"EXEC"});
  CHECK(look(*probe).pushed == 2);
}

TEST_CASE("trap: counters that were reset and rose past their old values again fall all the same") {
  const RealRedis redis;
  const auto probe = open(redis.settings());
  RedisSession app = redis.connect();
  app.ask({"RPUSH", "votes", "x"});
  look(*probe);
  const QueueSnapshot before = look(*probe);
  app.ask({"CONFIG", "RESETSTAT"});
  for (int i = 0; i < 5; ++i) app.ask({"RPUSH", "votes", "x"});
  const QueueSnapshot after = look(*probe);
  CHECK(after.pushed > before.pushed);
  CHECK(after.counters.at("info") < before.counters.at("info"));
}

TEST_CASE("how long a silent client is kept, and that it may not be asked") {
  const RealRedis redis({"--timeout", "4"});
  CHECK(open(redis.settings())->facts()->client_timeout == std::chrono::seconds(4));
  const RealRedis silent({"--rename-command", "CONFIG", ""});
  CHECK_FALSE(open(silent.settings())->facts()->client_timeout);
}

TEST_CASE("ids elsewhere: every kind of key, names too, and other databases") {
  const RealRedis redis;
  QueueSettings settings = redis.settings();
  settings.in_flight = {"processing"};
  const auto probe = open(settings);
  RedisSession app = redis.connect();
  const auto id = [](VoterIndex index) { return kIds.make(index); };
  app.ask({"RPUSH", "votes", payload(id(1))});
  app.ask({"RPUSH", "processing", payload(id(2))});
  app.ask({"RPUSH", "parked", payload(id(3)), payload("v1"), payload(id(kFirstProbeIndex))});
  app.ask({"ZADD", "retry", "17", "job:" + id(4)});
  app.ask({"SADD", "seen", id(5)});
  app.ask({"HSET", "jobs", "9", payload(id(6))});
  app.ask({"SET", "blob", "x" + id(7)});
  app.ask({"XADD", "log", "*", "vote", payload(id(8))});
  app.ask({"SET", "pending:" + id(9), "a"});
  app.ask({"SET", "pending:" + id(10), "a"});
  app.ask({"SELECT", "3"});
  app.ask({"RPUSH", "votes", payload(id(11))});
  app.ask({"SET", "nothing", "of ours"});

  const auto found = probe->find_elsewhere(kIds, {});
  REQUIRE(found);
  CHECK(found->cut_short.empty());
  const auto own_at = [&](const std::string& database, const std::string& name,
                          const std::string& kind) {
    for (const Place& place : found->places)
      if (place.database == database && place.name == name && place.kind == kind) {
        auto own = place.own;
        std::ranges::sort(own);
        CHECK(place.complete);
        return own;
      }
    return std::vector<VoterIndex>{};
  };
  using Votes = std::vector<VoterIndex>;
  CHECK(found->places.size() == 8);
  CHECK(own_at("0", "parked", "list") == Votes{3});
  CHECK(own_at("0", "retry", "zset") == Votes{4});
  CHECK(own_at("0", "seen", "set") == Votes{5});
  CHECK(own_at("0", "jobs", "hash") == Votes{6});
  CHECK(own_at("0", "blob", "string") == Votes{7});
  CHECK(own_at("0", "log", "stream") == Votes{8});
  CHECK(own_at("0", "pending:*", "string") == Votes{9, 10});
  CHECK(own_at("3", "votes", "list") == Votes{11});
  CHECK(look(*probe).depth == 1);  // the probe's own database is still the queue's
}

TEST_CASE("a look elsewhere is bounded, and says what it left out") {
  const RealRedis redis({"--user", "eye", "on", ">pw", "~*", "+@all", "-scan"});
  const auto probe = open(redis.settings());
  RedisSession app = redis.connect();
  for (int i = 0; i < 40; ++i) app.ask({"RPUSH", "parked", payload(kIds.make(7))});
  for (int i = 0; i < 40; ++i) app.ask({"SET", "key" + std::to_string(i), "x"});

  const auto few_elements = probe->find_elsewhere(kIds, {.elements = 10});
  REQUIRE(few_elements);
  REQUIRE(few_elements->places.size() == 1);
  CHECK_FALSE(few_elements->places[0].complete);
  CHECK(few_elements->cut_short == "of key 'parked' only 10 elements were read");

  const auto few_keys = probe->find_elsewhere(kIds, {.keys = 5});
  REQUIRE(few_keys);
  CHECK(few_keys->cut_short == "there are more than 5 keys");

  const auto no_time = probe->find_elsewhere(kIds, {.time = Nanoseconds(0)});
  REQUIRE(no_time);
  CHECK(no_time->cut_short.starts_with("it took longer than"));

  QueueSettings settings = redis.settings();
  settings.user = "eye";
  settings.password = Secret("pw");
  const auto forbidden = open(settings)->find_elsewhere(kIds, {});
  REQUIRE(forbidden);
  CHECK(forbidden->cut_short.find("NOPERM") != std::string::npos);
}

TEST_CASE(
    "a user who may not leave database 0 is enough for it, and who may too little is told what") {
  const RealRedis redis;
  redis.connect().ask({"ACL", "SETUSER", "vb", "on", ">pw", "~votes", "&*", "-@all", "+llen",
                       "+lrange", "+info", "+time", "+multi", "+exec", "+type", "+client"});
  QueueSettings settings = redis.settings();
  settings.user = "vb";
  settings.password = Secret("pw");
  CHECK(look(*open(settings)).depth == 0);
  settings.database = 3;
  const auto refused = open_queue_probe(settings);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("NOPERM") != std::string::npos);
  CHECK(refused.error().help.ends_with("+client|setname +select"));
  settings.user.clear();
  settings.password = Secret();
  settings.database = 0;
  redis.connect().ask({"CONFIG", "SET", "requirepass", "pw"});
  const auto unknown = open_queue_probe(settings);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message.find("NOAUTH") != std::string::npos);
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
  test::wait_until("idle grows", [&] { return probe->clients()->at(0).idle_s >= 1U; });
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
