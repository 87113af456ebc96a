// What the catalogue of a real PostgreSQL says against a table.
#include <fmt/format.h>

#include "support/catch.h"
#include "unit/adapters/store_table.h"

using namespace votebench;
using namespace votebench::adapters;
using namespace votebench::adapters::table_test;
using test::SqlSession;

TEST_CASE("identity: a partition that was emptied is another store, one that was added is not") {
  SqlSession sql = server().connect();
  sql.ask("CREATE TABLE parts (id text, vote text) PARTITION BY LIST (vote)");
  sql.ask("CREATE TABLE parts_a PARTITION OF parts FOR VALUES IN ('a')");
  sql.ask("CREATE TABLE parts_b PARTITION OF parts FOR VALUES IN ('b') PARTITION BY HASH (id)");
  sql.ask("CREATE TABLE parts_b0 PARTITION OF parts_b FOR VALUES WITH (modulus 1, remainder 0)");
  RowSettings settings = server().settings();
  settings.table = "parts";
  const auto store = *open_row_store(settings);
  const StoreIdentity first = *store->identity();
  sql.ask("CREATE TABLE parts_c PARTITION OF parts FOR VALUES IN ('c')");
  const StoreIdentity grown = *store->identity();
  CHECK(grown.is_same_as(first));
  CHECK_FALSE(first.is_same_as(grown));
  sql.ask("TRUNCATE parts_b0");
  CHECK_FALSE(store->identity()->is_same_as(first));
  const StoreIdentity emptied = *store->identity();
  sql.ask("ALTER TABLE parts DETACH PARTITION parts_a");
  CHECK_FALSE(store->identity()->is_same_as(emptied));
}

TEST_CASE("a table that is none, or shows us a part of itself, is said") {
  Table table;
  CHECK_FALSE(table.store->table(kIds)->partial_view);
  RowSettings settings = server().settings();
  const auto said = [&](const std::string& name) {
    settings.table = name;
    const auto facts = (*open_row_store(settings))->table(kIds);
    REQUIRE(facts);
    return facts->partial_view ? facts->partial_view->message : "";
  };
  table.sql.ask(fmt::format("CREATE VIEW {0}_view AS SELECT * FROM {0}", table.name));
  CHECK(said(table.name + "_view") == "'" + table.name + "_view' is a view, not a table");
  table.sql.ask(fmt::format("CREATE MATERIALIZED VIEW {0}_kept AS SELECT * FROM {0}", table.name));
  CHECK(said(table.name + "_kept").ends_with("is a materialized view, not a table"));
  table.sql.ask(
      fmt::format("CREATE TABLE {}_parts (id text, vote text) PARTITION BY HASH (id)", table.name));
  CHECK(said(table.name + "_parts").empty());
}

TEST_CASE("row security is said, and never hides rows from a reading") {
  Table table;
  table.insert("ann", "a");
  table.insert(kIds.make(1), "b");
  table.sql.ask("CREATE ROLE shift LOGIN");
  table.sql.ask(fmt::format("GRANT SELECT ON {} TO shift", table.name));
  table.sql.ask(fmt::format("CREATE POLICY day ON {} USING (vote = 'a')", table.name));
  RowSettings settings = server().settings();
  settings.url.replace(settings.url.find("postgres@"), 9, "shift@");
  settings.table = table.name;
  const auto store = *open_row_store(settings);
  CHECK_FALSE(store->table(kIds)->partial_view);  // the policy is not in force yet
  CHECK(store->baseline(kIds)->rows == 2);

  table.sql.ask(fmt::format("ALTER TABLE {} ENABLE ROW LEVEL SECURITY", table.name));
  CHECK_FALSE(table.store->table(kIds)->partial_view);  // its owner sees all of it
  const auto view = store->table(kIds)->partial_view;
  REQUIRE(view);
  CHECK(view->message.find("row security hides rows") != std::string::npos);
  CHECK(view->message.find("'shift'") != std::string::npos);
  CHECK(view->help.find("BYPASSRLS") != std::string::npos);
  for (const auto& refused : {store->baseline(kIds).error(), store->own_ids(kIds).error(),
                              store->find_rows({kIds.make(1)}).error()})
    CHECK(refused.message.find("row-level security") != std::string::npos);
  table.sql.ask("ALTER ROLE shift BYPASSRLS");
  CHECK_FALSE(store->table(kIds)->partial_view);
  CHECK(store->baseline(kIds)->rows == 2);
}

TEST_CASE("a table that a subscription fills is a replica, others of its database are none") {
  Table table;
  Table other;
  CHECK_FALSE(table.store->facts()->is_replica);
  table.sql.ask(
      "CREATE SUBSCRIPTION fills CONNECTION 'host=nowhere dbname=x' PUBLICATION p "
      "WITH (connect = false)");
  table.sql.ask(
      fmt::format("INSERT INTO pg_subscription_rel SELECT oid, '{}'::regclass, 'r', NULL "
                  "FROM pg_subscription",
                  table.name));
  const StoreFacts facts = *table.store->facts();
  table.sql.ask("ALTER SUBSCRIPTION fills SET (slot_name = NONE)");
  table.sql.ask("DROP SUBSCRIPTION fills");
  CHECK(facts.is_replica);
  CHECK(facts.replica_kind == "table '" + table.name + "' is filled by a subscription");
  CHECK_FALSE(other.store->facts()->is_replica);
  CHECK_FALSE(table.store->facts()->is_replica);
}

TEST_CASE("a column that cannot hold our ids is said by its type") {
  Table table;
  table.sql.ask("CREATE DOMAIN short_id AS text CHECK (length(VALUE) < 20)");
  table.sql.ask("CREATE DOMAIN long_id AS varchar(40) CHECK (VALUE ~ '^[a-z0-9]+$')");
  const auto said = [&](const std::string& type) {
    table.sql.ask(fmt::format("ALTER TABLE {} DROP id", table.name));
    table.sql.ask(fmt::format("ALTER TABLE {} ADD id {}", table.name, type));
    const auto facts = table.store->table(kIds);
    REQUIRE(facts);
    return facts->no_room_for_id ? facts->no_room_for_id->message : "";
  };
  for (const char* type :
       {"text", "varchar", "varchar(26)", "char(26)", "char(255)", "name", "long_id"})
    CHECK(said(type) == "");
  for (const char* type : {"uuid", "integer", "bigint", "character varying(25)", "character(16)",
                           "bytea", "jsonb", "short_id"})
    CHECK(said(type).find(fmt::format(" is {}, which cannot hold", type)) != std::string::npos);
}
