// The row store on servers in a state of their own: without commit times, past the end of an epoch.
#include "adapters/store.h"
#include "support/catch.h"
#include "support/real_servers.h"

using namespace votebench;
using namespace votebench::adapters;
using test::RealPostgres;
using test::SqlSession;

namespace {

const VoterIds kIds(RunId{0xb7f3a001}, RunKey{1, 2, 3});
const ChoiceNames kChoices{"a", "b"};
const std::unordered_set<std::string> kNothingCarried;

}  // namespace

TEST_CASE("without commit timestamps a row's time is not known") {
  const RealPostgres postgres(std::vector<std::string>{});
  postgres.connect().ask("CREATE TABLE votes (id text, vote text)");
  const auto store = *open_row_store(postgres.settings());
  CHECK_FALSE(store->facts()->has_commit_times);
  CHECK_FALSE(store->facts()->is_replica);
  const RowBaseline before = *store->baseline(kIds);
  postgres.connect().ask("INSERT INTO votes VALUES ('" + kIds.make(1) + "', 'a')");
  const auto rows = store->read_rows({kIds, kChoices, before, kNothingCarried});
  REQUIRE(rows);
  CHECK(rows->own.at(0).committed_ns == 0);
}

TEST_CASE("after 2^32 transactions ids begin anew, and old is still old") {
  RealPostgres postgres({"-c", "autovacuum=off"});
  postgres.connect().ask("CREATE TABLE votes (id text, vote text)");
  postgres.connect().ask("INSERT INTO votes VALUES ('ann', 'a')");
  postgres.connect().ask("VACUUM FREEZE");
  postgres.stop();
  test::ServerProcess reset;
  reset.start({RealPostgres::program("pg_resetwal"), "-f", "-e", "7", "-x", "4294967290", "-D",
               postgres.data()},
              postgres.data() + "/reset.log");
  REQUIRE(reset.wait() == 0);
  test::ServerProcess segment;  // of the commit log, for the ids before the epoch's end
  segment.start(
      {"dd", "if=/dev/zero", "of=" + postgres.data() + "/pg_xact/0FFF", "bs=262144", "count=1"},
      postgres.data() + "/reset.log");
  REQUIRE(segment.wait() == 0);
  postgres.start();

  const auto store = *open_row_store(postgres.settings());
  const RowBaseline before = *store->baseline(kIds);
  CHECK(std::stoull(before.snapshot) == (std::uint64_t{8} << 32U) - 6);
  CHECK(before.strangers == 1);
  SqlSession sql = postgres.connect();
  for (int i = 0; i < 12; ++i) sql.ask("INSERT INTO votes VALUES ('bob', 'a')");
  CHECK(std::stoull(store->baseline(kIds)->snapshot) > std::uint64_t{8} << 32U);
  const auto rows = store->read_rows({kIds, kChoices, before, kNothingCarried});
  REQUIRE(rows);
  CHECK(rows->foreign == 12);
  CHECK(rows->pre_existing == 1);
  // What the server's own function makes of it: every row looks old.
  CHECK(sql.ask("SELECT count(*) FROM votes WHERE NOT pg_visible_in_snapshot("
                "xmin::text::xid8, '" +
                before.snapshot + "')") == "0");
}
