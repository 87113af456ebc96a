#include "adapters/redis/redis_text.h"
#include "adapters/redis_list/list_commands.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::adapters;

namespace {
constexpr char kInfo[] =
    "# Server\r\nredis_version:7.0.15\r\nrun_id:0123abcd\r\nuptime_in_seconds:42\r\n"
    "\r\n# Commandstats\r\n"
    "cmdstat_rpushx:calls=9,usec=1,usec_per_call=1.00,rejected_calls=0,failed_calls=9\r\n"
    "cmdstat_rpush:calls=17,usec=40,usec_per_call=2.35,rejected_calls=3,failed_calls=2\r\n";
}

TEST_CASE("INFO fields are found by their whole name") {
  CHECK(info_field(kInfo, "run_id") == "0123abcd");
  CHECK(info_number(kInfo, "uptime_in_seconds") == 42);
  CHECK(info_field(kInfo, "run") == "");
  CHECK(info_number(kInfo, "redis_version") == 0);  // 7.0.15
  CHECK(info_field("", "run_id") == "");
}

TEST_CASE("calls of a command, not of one that begins like it") {
  const auto all = command_calls(kInfo);
  REQUIRE(all.size() == 2);
  CHECK(all.at("rpush").calls == 17);
  CHECK(all.at("rpush").failed == 2);
  CHECK(all.at("rpushx").failed == 9);
}

TEST_CASE("a client list") {
  const auto clients = parse_client_list(
      "id=5 addr=127.0.0.1:51000 laddr=127.0.0.1:6379 fd=8 name= age=9 idle=4 flags=N db=0 "
      "cmd=LPOP user=default\n"
      "id=6 addr=/run/redis.sock:0 fd=9 name=worker-1 age=9 idle=0 flags=b cmd=blpop\n"
      "id=7 addr=[::1]:9 name= idle=0 flags=xb cmd=NULL\n",
      list_commands());
  REQUIRE(clients.size() == 3);
  CHECK(clients[0].id == 5);
  CHECK(clients[0].address == "127.0.0.1:51000");
  CHECK(clients[0].command == "lpop");
  CHECK(clients[0].idle_s == 4);
  CHECK_FALSE(clients[0].waits);
  CHECK(clients[1].name == "worker-1");
  CHECK(clients[1].waits);
  CHECK(clients[0].asks);
  CHECK(clients[1].asks);
  CHECK_FALSE(clients[2].takes);
  CHECK(clients[2].command == "null");
}

TEST_CASE("trap: a clock that was set back gives a negative idle time, which says nothing") {
  const auto clients = parse_client_list(
      "id=5 idle=-3595 flags=N cmd=lpop\n"
      "id=6 idle=soon flags=N cmd=lpop\n"
      "id=7 flags=N cmd=lpop\n",
      list_commands());
  REQUIRE(clients.size() == 3);
  for (const QueueClient& client : clients) CHECK_FALSE(client.idle_s);
}

TEST_CASE("who puts in, who only reads, and who cannot take") {
  const auto client = [](const std::string& fields) {
    return parse_client_list("id=5 idle=0 " + fields + "\n", list_commands()).at(0);
  };
  for (const char* push : {"rpush", "lpush", "rpushx", "lpushx"}) {
    CHECK(client(std::string("flags=N cmd=") + push).pushes);
    CHECK_FALSE(client(std::string("flags=N cmd=") + push).takes);
  }
  for (const char* read : {"get", "llen", "lrange", "ping", "NULL", "client|list", "config|get"})
    CHECK(client(std::string("flags=N cmd=") + read).reads);
  for (const char* other : {"set", "hincrby", "multi", "del", "xadd", "lset"}) {
    const QueueClient made = client(std::string("flags=N cmd=") + other);
    CHECK_FALSE((made.reads || made.pushes || made.takes || made.exempt));
  }
  for (const char* hidden : {"rename", "swapdb", "eval", "exec", "lrem"}) {
    CHECK(client(std::string("flags=N cmd=") + hidden).takes);
    CHECK_FALSE(client(std::string("flags=N cmd=") + hidden).asks);
  }
  CHECK(client("flags=S cmd=replconf").exempt);
  CHECK(client("flags=O cmd=monitor").exempt);
  CHECK(client("flags=P cmd=subscribe resp=2").exempt);
  CHECK(client("flags=P cmd=subscribe").exempt);
  CHECK_FALSE(client("flags=P cmd=subscribe resp=3").exempt);
  CHECK_FALSE(client("flags=N cmd=set resp=2").exempt);
  CHECK(client("flags=N cmd=brpop").blocks);
  CHECK_FALSE(client("flags=N cmd=brpop").waits);
  CHECK_FALSE(client("flags=N cmd=rpop").blocks);
}

TEST_CASE("payloads as the vote services write them") {
  CHECK(voter_of_payload(R"({"voter_id": "6e2df0fa632cf7a", "vote": "a"})") == "6e2df0fa632cf7a");
  CHECK(voter_of_payload(R"({"vote":"\u00e9","voter_id":"x","more":1})") == "x");
}

TEST_CASE("what is no payload") {
  for (const char* text :
       {"", "a", "[]", "{}", R"({"voter_id":"x"})", R"({"voter_id":1,"vote":"a"})",
        R"({"voter_id":"x","vote":null})", R"({"voter_id":"x","vote":"a"} trail)",
        "{\"voter_id\":\"\xff\",\"vote\":\"a\"}"})
    CHECK_FALSE(voter_of_payload(text));
}
