// A PostgreSQL that cannot be reached, or does not answer.
#include <csignal>

#include "adapters/store.h"
#include "support/catch.h"
#include "support/real_servers.h"

using namespace votebench;
using namespace votebench::adapters;
using test::RealPostgres;
using test::SqlSession;

TEST_CASE("no server, an unreadable address, and no secret in the text") {
  RowSettings nowhere;
  nowhere.kind = "postgres";
  nowhere.url = "postgresql://postgres@/postgres?host=/tmp/vbtest-no-such-directory";
  nowhere.password = Secret("correct-horse-7f3a");
  const auto missing = open_row_store(nowhere);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message.find("vbtest-no-such-directory") != std::string::npos);
  CHECK(missing.error().message.find("correct-horse") == std::string::npos);
  nowhere.url = "postgresql://what is this";
  CHECK_FALSE(open_row_store(nowhere));
}

TEST_CASE("a frozen server is an error in time", "[.slow]") {
  const RealPostgres postgres;
  const auto store = *open_row_store(postgres.settings());
  REQUIRE(store->facts());
  SqlSession holder = postgres.connect();
  const auto backend =
      std::stoi(holder.ask("SELECT pid FROM pg_stat_activity WHERE query LIKE '/* votebench%'"));
  ::kill(backend, SIGSTOP);
  const auto begin = real_clock().now();
  const auto facts = store->facts();
  ::kill(backend, SIGCONT);
  REQUIRE_FALSE(facts);
  CHECK(facts.error().message.find("silent") != std::string::npos);
  CHECK(real_clock().now() - begin < std::chrono::seconds(30));
  CHECK(store->facts());
}
