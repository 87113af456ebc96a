// Ids of a run in other tables of a real PostgreSQL.
#include <algorithm>

#include "unit/adapters/store_table.h"

using namespace votebench;
using namespace votebench::adapters;
using table_test::kIds;
using test::RealPostgres;
using test::SqlSession;

namespace {

using Votes = std::vector<VoterIndex>;

struct Database {
  RealPostgres server;
  SqlSession sql = server.connect();
  std::map<std::string, std::optional<std::string>> where{};

  Database() {
    sql.ask("CREATE TABLE votes (id text, vote text) PARTITION BY LIST (vote)");
    sql.ask("CREATE TABLE votes_all PARTITION OF votes DEFAULT");
    sql.ask("INSERT INTO votes VALUES ('" + kIds.make(1) + "', 'a')");
  }
  Elsewhere look(const ElsewhereLimits& limits = {}, const std::string& user = "postgres") const {
    RowSettings settings = server.settings();
    settings.where = where;
    settings.url = "postgresql://" + user + "@" + settings.url.substr(settings.url.find('@') + 1);
    auto found = (*open_row_store(settings))->find_elsewhere(kIds, limits);
    if (!found) FAIL(found.error().message);
    return *found;
  }
};

Votes votes_in(const Elsewhere& look, const std::string& table) {
  for (const Place& place : look.places) {
    if (place.name != table) continue;
    CHECK(place.kind == "table");
    CHECK(place.database == "postgres");
    Votes own = place.own;
    std::ranges::sort(own);
    return own;
  }
  return {};
}

}  // namespace

TEST_CASE("ids of a run are found in the other tables, whatever their columns") {
  Database database;
  SqlSession& sql = database.sql;
  CHECK(database.look().places.empty());  // a partition is no other table
  const auto id = [](VoterIndex voter) { return kIds.make(voter); };
  sql.ask("CREATE TABLE failed (at timestamptz, job jsonb)");
  sql.ask("INSERT INTO failed VALUES (now(), '{\"voter_id\": \"" + id(3) +
          "\"}'), (now(), '{\"v\":\"" + id(kFirstProbeIndex) + "\"}')");
  sql.ask("CREATE SCHEMA \"Odd\"");
  sql.ask("CREATE TABLE \"Odd\".\"a b\" (raw bytea)");
  sql.ask("INSERT INTO \"Odd\".\"a b\" VALUES (convert_to('" + id(5) +
          "', 'UTF8')), (convert_to('" + id(4) + "', 'UTF8'))");
  sql.ask("CREATE TABLE counts (n int)");
  sql.ask("INSERT INTO counts VALUES (7)");
  const Elsewhere found = database.look();
  CHECK(found.cut_short.empty());
  CHECK(found.places.size() == 2);
  CHECK(votes_in(found, "failed") == Votes{3});
  CHECK(votes_in(found, "Odd.a b") == Votes{4, 5});
}

TEST_CASE("rows of the table that are left out are a place of their own") {
  Database database;
  database.sql.ask("INSERT INTO votes VALUES ('" + kIds.make(2) + "', NULL), ('" + kIds.make(3) +
                   "', 'b')");
  database.where = {{"vote", "a"}};
  CHECK(votes_in(database.look(), "votes (rows that are left out)") == Votes{2, 3});
  const Elsewhere few = database.look({.elements = 1});
  CHECK(votes_in(few, "votes (rows that are left out)").size() == 1);
  CHECK_FALSE(few.cut_short.empty());
}

TEST_CASE("a look into other tables is bounded, and says what it left out") {
  Database database;
  database.sql.ask("CREATE TABLE log (id text)");
  database.sql.ask("INSERT INTO log SELECT 'x' FROM generate_series(1, 20)");
  database.sql.ask("INSERT INTO log VALUES ('" + kIds.make(6) + "')");
  const Elsewhere few = database.look({.elements = 10});
  CHECK(few.cut_short == "of table 'log' only 10 rows were searched for ids in every form");
  CHECK(votes_in(few, "log") == Votes{6});  // plain text is found behind them, too
  CHECK_FALSE(few.places[0].complete);
  CHECK(database.look({.time = Nanoseconds(0)}).cut_short.starts_with("it took longer than"));

  database.sql.ask("CREATE TABLE more (id text)");
  CHECK(database.look({.keys = 1}).cut_short == "there are more than 1 tables");

  database.sql.ask("CREATE ROLE eye LOGIN");
  database.sql.ask("GRANT SELECT ON votes, more TO eye");
  const Elsewhere forbidden = database.look({}, "eye");
  CHECK(forbidden.cut_short == "table 'log' may not be read");
  CHECK(forbidden.places.empty());

  database.sql.ask("DROP TABLE more");
  database.sql.ask("BEGIN");
  database.sql.ask("LOCK TABLE log");
  const Elsewhere locked = database.look();
  INFO(locked.cut_short);
  CHECK(locked.cut_short.starts_with("table 'log': PostgreSQL at"));
}
