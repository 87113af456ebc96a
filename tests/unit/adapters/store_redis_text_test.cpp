#include "adapters/redis_list/redis_text.h"
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
  const CommandCalls calls = command_calls(kInfo, "rpush");
  CHECK(calls.calls == 17);
  CHECK(calls.failed == 2);
  CHECK(command_calls(kInfo, "lpop").calls == 0);
}

TEST_CASE("a client list") {
  const auto clients = parse_client_list(
      "id=5 addr=127.0.0.1:51000 laddr=127.0.0.1:6379 fd=8 name= age=9 idle=4 flags=N db=0 "
      "cmd=LPOP user=default\n"
      "id=6 addr=/run/redis.sock:0 fd=9 name=worker-1 age=9 idle=0 flags=b cmd=blpop\n"
      "id=7 addr=[::1]:9 name= idle=0 flags=xb cmd=NULL\n");
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

TEST_CASE("payloads as the vote services write them") {
  const auto element = parse_payload(R"({"voter_id": "6e2df0fa632cf7a", "vote": "a"})");
  REQUIRE(element);
  CHECK(element->voter_id == "6e2df0fa632cf7a");
  CHECK(element->choice == "a");
  CHECK(parse_payload(R"({"vote":"\u00e9","voter_id":"x","more":1})")->choice == "é");
}

TEST_CASE("what is no payload") {
  for (const char* text :
       {"", "a", "[]", "{}", R"({"voter_id":"x"})", R"({"voter_id":1,"vote":"a"})",
        R"({"voter_id":"x","vote":null})", R"({"voter_id":"x","vote":"a"} trail)",
        "{\"voter_id\":\"\xff\",\"vote\":\"a\"}"})
    CHECK_FALSE(parse_payload(text));
}
