#include "adapters/redis/redis_sent_on.h"

#include "support/catch.h"

using namespace votebench;
using namespace votebench::adapters;

TEST_CASE("the node that a MOVED names is said as a URL") {
  QueueSettings asked;
  asked.kind = "redis";
  asked.host = "10.0.0.1";
  asked.port = 7000;
  const auto help = [&](std::string_view error) {
    const std::string text = moved_to(error, asked, "redis").value().help;
    return text.substr(0, text.find(" ("));
  };
  CHECK(help("MOVED 3999 10.0.0.2:7001") == "say redis.url: redis://10.0.0.2:7001/0");
  CHECK(help("MOVED 3999 node-2.example:7001") == "say redis.url: redis://node-2.example:7001/0");
  CHECK(help("MOVED 3999 fe80::2:7001") == "say redis.url: redis://[fe80::2]:7001/0");
  CHECK(help("MOVED 3999 :7001") == "say redis.url: redis://10.0.0.1:7001/0");
  asked.tls = true;
  CHECK(help("MOVED 3999 10.0.0.2:7001") == "say redis.url: rediss://10.0.0.2:7001/0");
  CHECK(moved_to("MOVED 3999 \x1b[2J:1", asked, "redis").value().message.find('\x1b') ==
        std::string::npos);
  CHECK(moved_to("MOVED ", asked, "redis"));
  CHECK_FALSE(moved_to("NOPERM no", asked, "redis"));
}
