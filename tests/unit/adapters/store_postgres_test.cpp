// The row store against a real PostgreSQL, and every trap that a claim leans on.
#include <fmt/format.h>
#include <signal.h>
#include <sys/types.h>

#include <cerrno>
#include <future>
#include <sstream>

#include "adapters/postgres/pq_connection.h"
#include "support/catch.h"
#include "unit/adapters/store_table.h"

using namespace votebench;
using namespace votebench::adapters;
using namespace votebench::adapters::table_test;
using test::RealPostgres;
using test::SqlSession;

namespace {

// No transaction of anybody else can still change the table.
bool is_quiet(const StoreActivity& activity) { return activity.may_write.empty(); }

}  // namespace

TEST_CASE("rows are read in one snapshot and told apart") {
  Table table;
  table.insert("ann", "a");
  table.insert(kIds.make(kFirstProbeIndex), "a");
  const RowBaseline before = table.baseline();
  CHECK(before.rows == 2);
  CHECK(before.strangers == 1);
  CHECK(before.choices == std::map<std::string, std::uint64_t>{{"a", 2}});
  CHECK(before.model == TableModel::last_wins);
  CHECK(before.server_time > WallTime{});

  table.insert(kIds.make(1), "b");
  table.insert(kOtherRun.make(1), "b");
  table.insert("bob", "b");
  const RowSet rows = table.read(before);
  CHECK(rows.total == 5);
  REQUIRE(rows.own.size() == 1);
  CHECK(rows.own[0].voter == 1);
  CHECK(rows.probes == 1);
  CHECK(rows.other_run == 1);
  CHECK(rows.foreign == 1);
  CHECK(rows.pre_existing == before.strangers);
  CHECK(rows.stranger_checksum == before.stranger_checksum);
}

TEST_CASE("snapshot and rows are read at one isolation level: a table that tells it") {
  Table table;
  table.sql.ask(
      "CREATE VIEW telling AS SELECT 'x'::text AS id, '5'::xid AS xmin, "
      "current_setting('transaction_isolation') AS vote");
  RowSettings settings = server().settings();
  settings.table = "telling";
  CHECK((*open_row_store(settings))->baseline(kIds)->choices.contains("repeatable read"));
}

TEST_CASE("trap: an upsert replaces xmin, so a touched old row is new and the checksum tells") {
  Table table;
  table.insert("ann", "a");
  table.insert("bob", "b");
  const RowBaseline before = table.baseline();
  table.sql.ask(
      fmt::format("INSERT INTO {} VALUES ('ann', 'a') ON CONFLICT (id) "
                  "DO UPDATE SET vote = excluded.vote",
                  table.name));
  const RowSet rows = table.read(before);
  CHECK(rows.foreign == 1);
  REQUIRE(rows.strangers.size() == 1);
  CHECK(rows.strangers[0].id == "ann");
  CHECK(rows.pre_existing == 1);
  CHECK(rows.stranger_checksum != before.stranger_checksum);
}

TEST_CASE("a transaction that was open at the baseline is written since") {
  Table table;
  table.sql.ask("BEGIN");
  table.insert("slow", "a");
  const RowBaseline before = table.baseline();
  CHECK(before.rows == 0);
  table.sql.ask("COMMIT");
  const RowSet rows = table.read(before);
  CHECK(rows.foreign == 1);
  CHECK(rows.pre_existing == 0);
}

TEST_CASE("commit times lie between send and acknowledgement") {
  Table table;
  const RowBaseline before = table.baseline();
  const auto microseconds = [&] {
    return std::stoll(
        table.sql.ask("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"));
  };
  const auto sent = microseconds();
  table.insert(kIds.make(1), "a");
  const auto acknowledged = microseconds();
  const RowSet rows = table.read(before);
  REQUIRE(rows.own.size() == 1);
  CHECK(rows.own[0].committed_ns >= sent * 1000);
  CHECK(rows.own[0].committed_ns <= acknowledged * 1000);
  CHECK(table.store->facts()->has_commit_times);
}

TEST_CASE("the model of a table is the UNIQUE index on exactly the voter column") {
  const auto model = [](Table& table) { return table.store->table(kIds)->model; };
  Table plain("");
  CHECK(model(plain) == TableModel::append);
  plain.sql.ask(fmt::format("CREATE UNIQUE INDEX ON {} (id, vote)", plain.name));
  CHECK(model(plain) == TableModel::append);
  plain.sql.ask(fmt::format("CREATE UNIQUE INDEX ON {} (vote)", plain.name));
  CHECK(model(plain) == TableModel::append);
  plain.sql.ask(fmt::format("CREATE UNIQUE INDEX ON {} (id) WHERE vote = 'a'", plain.name));
  CHECK(model(plain) == TableModel::append);
  plain.sql.ask(fmt::format("CREATE UNIQUE INDEX ON {} (lower(id))", plain.name));
  CHECK(model(plain) == TableModel::append);
  plain.sql.ask(fmt::format("CREATE UNIQUE INDEX ON {} (id) INCLUDE (vote)", plain.name));
  CHECK(model(plain) == TableModel::last_wins);
}

TEST_CASE("a key of the voter and of columns that are the same in all rows is one row per voter") {
  SqlSession sql = server().connect();
  sql.ask("CREATE TABLE keys (poll int, day date, id text, vote text, UNIQUE (poll, id, day))");
  RowSettings settings = server().settings();
  settings.table = "keys";
  const auto facts = [&] { return *(*open_row_store(settings))->table(kIds); };
  CHECK(facts().model == TableModel::append);
  settings.where = {{"poll", "7"}};
  CHECK(facts().model == TableModel::append);
  settings.where = {{"poll", "7"}, {"day", std::nullopt}};
  CHECK(facts().model == TableModel::append);  // nulls differ from each other
  settings.where = {{"poll", "7"}, {"day", "2026-11-30"}};
  CHECK(facts().model == TableModel::last_wins);
  CHECK(facts().key_with_choice.empty());
  sql.ask("CREATE UNIQUE INDEX ON keys (poll, vote, id)");
  CHECK(facts().key_with_choice.empty());
  settings.where = {{"poll", "7"}};
  CHECK(facts().model == TableModel::append);
  CHECK(facts().key_with_choice == "(poll, vote, id)");
  settings.where.clear();
  CHECK(facts().key_with_choice.empty());
}

TEST_CASE("only rows with the values that are named are the table, whatever their type") {
  SqlSession sql = server().connect();
  sql.ask("CREATE TABLE polls (poll int, day date, gone timestamptz, id text, vote text)");
  const auto add = [&](int poll, std::string_view gone, const std::string& id) {
    sql.ask(
        fmt::format("INSERT INTO polls VALUES ({}, '2026-11-30', {}, '{}', 'a')", poll, gone, id));
  };
  for (const int poll : {7, 8}) {
    add(poll, "NULL", "ann");
    add(poll, "NULL", kIds.make(1));
  }
  add(8, "NULL", kIds.make(2));
  add(7, "now()", kIds.make(3));
  RowSettings settings = server().settings();
  settings.table = "polls";
  settings.where = {{"poll", "7"}, {"day", "Nov 30 2026"}, {"gone", std::nullopt}};
  const auto store = *open_row_store(settings);
  const RowBaseline before = *store->baseline(kIds);
  CHECK(before.rows == 2);
  CHECK(before.strangers == 1);
  CHECK(store->tallies()->at("a") == 2);
  CHECK(*store->progress(kIds, true) == 1);
  CHECK(store->own_ids(kIds)->size() == 1);
  CHECK(store->find_rows({kIds.make(1), kIds.make(2), kIds.make(3)})->size() == 1);
  CHECK(*store->has_rows_of(kIds));
  CHECK(*store->remove_rows({kIds.make(1), kIds.make(2), kIds.make(3)}) == 1);
  CHECK_FALSE(*store->has_rows_of(kIds));
  CHECK(sql.ask("SELECT count(*) FROM polls") == "5");
  settings.where = {{"vote", "' OR true --"}};
  CHECK((*open_row_store(settings))->baseline(kIds)->rows == 0);
}

TEST_CASE("a value that no row can have is told") {
  SqlSession sql = server().connect();
  sql.ask(
      "CREATE TYPE season AS ENUM ('spring'); CREATE TABLE kinds (number int, short varchar(3), "
      "padded char(5), price numeric(5,2), day date, odd season, doc json, id text, vote text)");
  RowSettings settings = server().settings();
  settings.table = "kinds";
  const auto unfit = [&](const std::string& column, const std::string& value) {
    settings.where = {{column, value}};
    return (*open_row_store(settings))->table(kIds)->unfit_where;
  };
  for (const auto& [column, value] :
       {std::pair("number", "7"), std::pair("short", "abc"), std::pair("padded", "abc"),
        std::pair("price", "7.1"), std::pair("day", "Nov 30 2026"), std::pair("odd", "spring"),
        std::pair("none", "of these columns")})
    CHECK_FALSE(unfit(column, value));
  for (const auto& [column, value] :
       {std::pair("number", "seven"), std::pair("number", "7.5"), std::pair("short", "abcd"),
        std::pair("price", "7.001"), std::pair("day", "some day"), std::pair("odd", "winter"),
        std::pair("doc", "{}")})
    CHECK(unfit(column, value));
  CHECK(unfit("number", "'; DROP TABLE kinds --").value().message ==
        "postgres.where: column 'number' of table 'kinds' is integer, which cannot hold ''; DROP "
        "TABLE kinds --'");
}

TEST_CASE("columns, a missing column and a missing table") {
  Table table;
  const auto facts = table.store->table(kIds);
  REQUIRE(facts);
  CHECK(facts->exists);
  REQUIRE(facts->columns.size() == 2);
  CHECK(facts->columns[0] == "id");
  CHECK(facts->has_voter_column);
  CHECK(facts->has_choice_column);

  RowSettings settings = server().settings();
  settings.table = table.name;
  settings.voter_column = "voter";
  CHECK_FALSE((*open_row_store(settings))->table(kIds)->has_voter_column);
  settings.table = "public." + table.name;
  CHECK((*open_row_store(settings))->table(kIds)->exists);
  settings.table = "no_such_table";
  const auto store = *open_row_store(settings);
  CHECK_FALSE(store->table(kIds)->exists);
  REQUIRE_FALSE(store->identity());
  CHECK(store->identity().error().message.find("no_such_table") != std::string::npos);
  CHECK_FALSE(store->baseline(kIds));
}

TEST_CASE("names are quoted, so a hostile one is a name") {
  Table table;
  RowSettings settings = server().settings();
  settings.table = "votes\"; DROP TABLE " + table.name + "; --";
  CHECK_FALSE((*open_row_store(settings))->table(kIds)->exists);
  CHECK(table.store->table(kIds)->exists);
  table.sql.ask("CREATE TABLE \"Odd \"\"one\"\"\" (\"the id\" text, \"a vote\" text)");
  table.sql.ask("INSERT INTO \"Odd \"\"one\"\"\" VALUES ('x', 'a'), (NULL, NULL)");
  settings.table = "Odd \"one\"";
  settings.voter_column = "the id";
  settings.choice_column = "a vote";
  const auto before = (*open_row_store(settings))->baseline(kIds);
  REQUIRE(before);
  CHECK(before->rows == 2);
  CHECK(before->choices == std::map<std::string, std::uint64_t>{{"(null)", 1}, {"a", 1}});
}

TEST_CASE("identity: another table of the same name is another store, a restart is not") {
  RealPostgres postgres;
  SqlSession sql = postgres.connect();
  sql.ask("CREATE TABLE votes (id text, vote text)");
  const auto store = *open_row_store(postgres.settings());
  const StoreIdentity first = *store->identity();
  CHECK(first.table.size() > 10);
  CHECK(*store->identity() == first);
  sql.ask("TRUNCATE votes");
  const StoreIdentity emptied = *store->identity();
  CHECK_FALSE(emptied.is_same_as(first));
  sql.ask("DROP TABLE votes");
  sql.ask("CREATE TABLE votes (id text, vote text)");
  const StoreIdentity second = *store->identity();
  CHECK_FALSE(second.is_same_as(emptied));

  postgres.stop();
  const auto gone = store->identity();
  REQUIRE_FALSE(gone);
  CHECK(gone.error().kind == ErrorKind::environment);
  CHECK_FALSE(store->activity());
  postgres.start();
  const auto back = store->identity();  // connects again
  REQUIRE(back);
  CHECK(back->is_same_as(second));
  CHECK(back->server != second.server);
}

namespace {

// Ends our backends as a time limit of the server would, and waits until their processes, and with
// them their sockets, are gone: they leave pg_stat_activity before.
void end_our_backends(SqlSession& sql) {
  const std::string ours = "FROM pg_stat_activity WHERE starts_with(query, " +
                           quoted_literal(PqConnection::mark()) + ") AND pid <> pg_backend_pid()";
  std::istringstream pids(sql.ask("SELECT coalesce(string_agg(pid::text, ' '), '') " + ours));
  sql.ask("SELECT pg_terminate_backend(pid) " + ours);
  for (pid_t pid = 0; pids >> pid;)
    test::wait_until("it is gone", [&] { return kill(pid, 0) != 0 && errno == ESRCH; });
}

}  // namespace

TEST_CASE("a connection that the server ended between two questions is made again") {
  Table table;
  const RowBaseline before = table.baseline();
  end_our_backends(table.sql);
  CHECK(table.store->activity());
  end_our_backends(table.sql);
  CHECK(table.store->read_rows({kIds, kChoices, before, kNothingCarried}));
  end_our_backends(table.sql);
  CHECK(table.store->remove_rows({kIds.make(1)}) == 0U);
}

TEST_CASE("what was read before the server ended a connection is not continued on another") {
  SqlSession sql = server().connect();
  PqConnection connection(server().settings());
  REQUIRE(connection.begin_reading());
  REQUIRE(connection.query("SELECT 1"));
  end_our_backends(sql);
  CHECK_FALSE(connection.query("SELECT 1"));
  CHECK(connection.query("SELECT 1"));
}

TEST_CASE("rows of a run are found by their prefix") {
  Table table;
  table.insert(kOtherRun.make(1), "a");
  CHECK_FALSE(*table.store->has_rows_of(kIds));
  table.insert(kIds.make(4), "a");
  CHECK(*table.store->has_rows_of(kIds));
}

TEST_CASE("progress follows inserts over many blocks, deletes and a truncation") {
  Table table;
  table.sql.ask(
      fmt::format("INSERT INTO {} SELECT 'old' || i, repeat('x', 100) "
                  "FROM generate_series(1, 20000) i",
                  table.name));
  CHECK(*table.store->progress(kIds, false) == 0);
  const auto insert_run = [&](int from, int to) {
    table.sql.ask(
        fmt::format("INSERT INTO {} SELECT '{}' || lpad(i::text, 16, '0'), "
                    "repeat('x', 100) FROM generate_series({}, {}) i",
                    table.name, kIds.prefix(), from, to));
  };
  insert_run(1, 10);
  CHECK(*table.store->progress(kIds, false) == 10);
  insert_run(11, 15000);
  CHECK(*table.store->progress(kIds, false) == 15000);
  CHECK(*table.store->progress(kIds, false) == 15000);
  insert_run(15001, 15001);
  CHECK(*table.store->progress(kIds, false) == 15001);
  table.sql.ask("TRUNCATE " + table.name);
  CHECK(*table.store->progress(kIds, false) == 0);
}

namespace {

// The next count of all rows; large tables are not counted at every look.
std::uint64_t counted_rows(RowStore& store) {
  for (;;) {
    const auto seen = store.progress(kIds, false);
    REQUIRE(seen);
    if (*seen) return **seen;
  }
}

// 20,000 rows of strangers in some 350 blocks.
void fill(Table& table) {
  table.sql.ask(
      fmt::format("INSERT INTO {} SELECT 'old' || i, repeat('x', 100) "
                  "FROM generate_series(1, 20000) i",
                  table.name));
}

void insert_run(Table& table, int from, int to) {
  table.sql.ask(
      fmt::format("INSERT INTO {} SELECT '{}' || lpad(i::text, 16, '0'), 'a' "
                  "FROM generate_series({}, {}) i",
                  table.name, kIds.prefix(), from, to));
}

}  // namespace

TEST_CASE("progress counts rows that land in blocks that a vacuum freed") {
  Table table;
  fill(table);
  CHECK(counted_rows(*table.store) == 0);
  table.sql.ask(fmt::format("DELETE FROM {} WHERE substr(id, 4)::int < 19000", table.name));
  table.sql.ask("VACUUM " + table.name);
  insert_run(table, 1, 100);
  REQUIRE(table.sql.ask(fmt::format("SELECT count(*) FROM {} WHERE id LIKE 'vb%' AND ctid < "
                                    "'(100,0)'",
                                    table.name)) == "100");
  CHECK(counted_rows(*table.store) == 100);
  insert_run(table, 101, 150);
  CHECK(counted_rows(*table.store) == 150);
}

TEST_CASE("progress counts a row once, however often it is updated") {
  Table table;
  insert_run(table, 1, 20000);
  CHECK(counted_rows(*table.store) == 20000);
  table.sql.ask(fmt::format("UPDATE {} SET vote = 'b'", table.name));
  // Another session's counters come within the second.
  for (int look = 0; look < 1000 && counted_rows(*table.store) != 20000; ++look)
    real_clock().sleep_until(real_clock().now() + std::chrono::milliseconds(10));
  CHECK(counted_rows(*table.store) == 20000);
}

TEST_CASE("statistics that were reset do not hide that blocks were freed") {
  Table table;
  fill(table);
  table.sql.ask(fmt::format("DELETE FROM {} WHERE substr(id, 4)::int < 19000", table.name));
  table.sql.ask("VACUUM " + table.name);
  table.sql.ask("SELECT pg_stat_reset()");
  CHECK(counted_rows(*table.store) == 0);
  insert_run(table, 1, 100);
  CHECK(counted_rows(*table.store) == 100);
}

TEST_CASE("the store tells how often rows were written again") {
  Table table;
  insert_run(table, 1, 10);
  const RowBaseline before = table.baseline();
  REQUIRE(before.updates);
  // The counters of a session are whole when it has ended.
  server().connect().ask(fmt::format("UPDATE {} SET vote = 'b'", table.name));
  std::optional<std::uint64_t> now;
  for (int look = 0; look < 1000 && now != *before.updates + 10; ++look) {
    now = table.read(before).updates;
    real_clock().sleep_until(real_clock().now() + std::chrono::milliseconds(10));
  }
  CHECK(now == *before.updates + 10);
}

TEST_CASE("a large table is not counted at every look") {
  Table table;
  insert_run(table, 1, 20000);
  table.sql.ask("VACUUM " + table.name);
  REQUIRE(*table.store->progress(kIds, false));
  CHECK_FALSE(*table.store->progress(kIds, false));
  CHECK(*table.store->progress(kIds, true) == 20000U);
}

TEST_CASE("trap: an INSERT that waits for a lock has no transaction id, but is active") {
  Table table;
  CHECK(is_quiet(*table.store->activity()));
  SqlSession locker = server().connect();
  SqlSession worker = server().connect();
  const RowBaseline before = table.baseline();
  locker.ask("BEGIN");
  locker.ask(fmt::format("LOCK TABLE {} IN EXCLUSIVE MODE", table.name));
  worker.send(fmt::format("INSERT INTO {} VALUES ('{}', 'a')", table.name, kIds.make(1)));

  StoreActivity activity;
  test::wait_until("the INSERT waits", [&] {
    activity = *table.store->activity();
    return activity.may_write.size() == 2 &&
           activity.may_write[1].find("waiting (Lock/") != std::string::npos;
  });
  CHECK_FALSE(is_quiet(activity));
  CHECK(activity.may_write[0].find("is idle in transaction") != std::string::npos);
  CHECK(activity.may_write[1].find("is active, waiting") != std::string::npos);
  CHECK(table.baseline().snapshot == before.snapshot);  // invisible there
  CHECK(table.read(before).own.empty());
  locker.ask("COMMIT");
  worker.receive();
  CHECK(is_quiet(*table.store->activity()));
  CHECK(table.read(before).own.size() == 1);
}

TEST_CASE("trap: a pooler's connection bears our name while a worker uses it") {
  Table table;
  CHECK(is_quiet(*table.store->activity()));
  SqlSession worker = server().connect();
  const std::string ours = worker.ask(
      "SELECT substring(query from 'votebench-[0-9a-f]+') FROM pg_stat_activity "
      "WHERE query LIKE '/* votebench-%'");
  REQUIRE(ours.starts_with("votebench-"));
  worker.ask("SET application_name = '" + ours + "'");
  worker.ask("BEGIN");
  CHECK(table.store->activity()->may_write.size() == 1);
  worker.ask("COMMIT");
  CHECK(is_quiet(*table.store->activity()));
}

TEST_CASE("a transaction of this process is nobody else's, on whatever connection") {
  Table table;
  SqlSession locker = server().connect();
  locker.ask("BEGIN");
  locker.ask("LOCK TABLE " + table.name);
  RowSettings settings = server().settings();
  settings.table = table.name;
  const auto other = *open_row_store(settings);
  auto reading = std::async(std::launch::async, [&] { return other->own_ids(kIds); });
  SqlSession onlooker = server().connect();
  test::wait_until("the reading waits", [&] {
    return onlooker.ask("SELECT count(*) FROM pg_locks WHERE NOT granted") == "1";
  });
  CHECK(table.store->activity()->may_write.size() == 1);  // the locker
  locker.ask("COMMIT");
  CHECK(reading.get());
}

TEST_CASE("trap: a prepared transaction belongs to no backend") {
  Table table;
  const RowBaseline before = table.baseline();
  table.sql.ask("BEGIN");
  table.insert(kIds.make(1), "a");
  table.sql.ask("PREPARE TRANSACTION 'held'");
  const StoreActivity activity = *table.store->activity();
  CHECK(activity.may_write == std::vector<std::string>{"1 prepared transactions are open"});
  table.sql.ask("COMMIT PREPARED 'held'");
  CHECK(table.read(before).own.size() == 1);
}

TEST_CASE("trap: a user without rights sees no state, which is not quiet") {
  Table table;
  table.sql.ask("CREATE ROLE looker LOGIN");
  RowSettings settings = server().settings();
  settings.url.replace(settings.url.find("postgres@"), 9, "looker@");
  settings.table = table.name;
  const auto store = *open_row_store(settings);
  SqlSession worker = server().connect();
  worker.ask("BEGIN");
  const auto activity = store->activity();
  REQUIRE(activity);
  REQUIRE_FALSE(is_quiet(*activity));
  CHECK(activity->may_write[0].find("hidden from this user (grant it") != std::string::npos);
  worker.ask("ROLLBACK");
  const auto refused = store->baseline(kIds);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("permission denied") != std::string::npos);
  CHECK(store->facts());  // the connection is still good
}

TEST_CASE("a table that is locked altogether is an error in time, not a hang") {
  Table table;
  const RowBaseline before = table.baseline();
  table.sql.ask("BEGIN");
  table.sql.ask("LOCK TABLE " + table.name);
  const auto begin = real_clock().now();
  const auto rows = table.store->read_rows({kIds, kChoices, before, kNothingCarried});
  REQUIRE_FALSE(rows);
  CHECK(rows.error().message.find("lock timeout") != std::string::npos);
  CHECK(real_clock().now() - begin < std::chrono::seconds(30));
  CHECK(table.store->facts());
  table.sql.ask("COMMIT");
  CHECK(table.read(before).total == 0);
}

TEST_CASE("the clock offset of a PostgreSQL on this machine is within its uncertainty") {
  Table table;
  const auto offset = table.store->clock_offset(real_clock());
  REQUIRE(offset);
  CHECK(offset->uncertainty < std::chrono::seconds(1));
  CHECK(std::chrono::abs(offset->offset) <= offset->uncertainty + std::chrono::milliseconds(1));
}
