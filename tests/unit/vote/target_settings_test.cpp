#include "vote/target_settings.h"

#include "support/catch.h"

namespace votebench {
namespace {

TEST_CASE("addresses are written as they are read, an IPv6 address in brackets") {
  VoteEndpoint vote;
  vote.host = "::1";
  CHECK(vote.url() == "http://[::1]:80/");
  QueueSettings queue;
  queue.kind = "redis";
  queue.port = 6379;
  CHECK(queue.where() == "redis://127.0.0.1:6379/0");
  queue.host = "fd00::7";
  CHECK(queue.where() == "redis://[fd00::7]:6379/0");
  queue.path = "/run/redis.sock";
  CHECK(queue.where() == "redis:/run/redis.sock");
}

}  // namespace
}  // namespace votebench
