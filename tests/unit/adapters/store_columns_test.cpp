// What comes out of columns of any content and type, as a real PostgreSQL tells it.
#include <fmt/format.h>

#include "support/catch.h"
#include "unit/adapters/store_table.h"

using namespace votebench;
using namespace votebench::adapters;
using namespace votebench::adapters::table_test;

TEST_CASE("hostile ids and choices survive COPY") {
  Table table;
  const RowBaseline before = table.baseline();
  table.sql.ask(
      fmt::format("INSERT INTO {} VALUES (E'tab\\there\\nand \\\\ \\b\\f\\r\\x0b', "
                  "E'\\\\N'), ('', E'a\\tb'), ({}, E'\\n')",
                  table.name, "'" + kIds.make(3) + "'"));
  const RowSet rows = table.read(before);
  REQUIRE(rows.strangers.size() == 2);
  CHECK(rows.strangers[0].id == "tab\there\nand \\ \b\f\r\v");
  CHECK(rows.strangers[0].choice == "\\N");
  CHECK(rows.strangers[1].id == "");
  CHECK(rows.strangers[1].choice == "a\tb");
  REQUIRE(rows.own.size() == 1);
  CHECK(rows.other_choices.at(3) == "\n");
}

TEST_CASE("trap: CHAR(n) columns come padded with blanks that nobody sent") {
  Table table;
  table.sql.ask(
      fmt::format("ALTER TABLE {} ALTER id TYPE char(255), ALTER vote TYPE char(10)", table.name));
  table.insert("ann", "a");
  table.insert(kIds.make(kFirstProbeIndex), "a");
  const RowBaseline before = table.baseline();
  CHECK(before.strangers == 1);
  CHECK(before.choices == std::map<std::string, std::uint64_t>{{"a", 2}});
  CHECK(before.model == TableModel::last_wins);
  table.insert(kIds.make(1), "b");
  table.insert(kIds.make(2), "x");
  table.insert("bob", "b");

  CHECK(*table.store->has_rows_of(kIds));
  CHECK(*table.store->progress(kIds, false) == 3);
  const RowSet rows = table.read(before);
  REQUIRE(rows.own.size() == 2);
  CHECK(rows.own[0].voter == 1);
  CHECK(rows.own[0].choice == 1);
  CHECK(rows.other_choices.at(2) == "x");
  CHECK(rows.probes == 1);
  CHECK(rows.invalid_own == 0);
  REQUIRE(rows.strangers.size() == 1);
  CHECK(rows.strangers[0].id == "bob");
  CHECK(rows.strangers[0].choice == "b");
  CHECK(rows.stranger_checksum == before.stranger_checksum);

  const auto own = table.store->own_ids(kIds);
  REQUIRE(own);
  CHECK(own->size() == 3);
  const auto found = table.store->find_rows({kIds.make(2), kIds.make(9)});
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  CHECK(found->front().voter_id == kIds.make(2));
  CHECK(found->front().choice == "x");
  CHECK(table.store->find_rows({})->empty());
  CHECK(table.store->remove_rows(*own) == 3U);
  CHECK(table.store->own_ids(kIds)->empty());
  CHECK(table.sql.ask("SELECT count(*) FROM " + table.name) == "2");
}

TEST_CASE("choices of other types are read as the text that was stored") {
  Table table;
  table.sql.ask("CREATE TYPE pet AS ENUM ('cat', 'dog')");
  const auto stored_as = [&](const std::string& type, const std::string& value) {
    table.sql.ask("TRUNCATE " + table.name);
    table.sql.ask(fmt::format("ALTER TABLE {0} DROP vote", table.name));
    table.sql.ask(fmt::format("ALTER TABLE {0} ADD vote {1}", table.name, type));
    table.insert("ann", value);
    return table.baseline().choices.begin()->first;
  };
  CHECK(stored_as("text", "a ") == "a ");
  CHECK(stored_as("integer", "-12") == "-12");
  CHECK(stored_as("numeric", "1.50") == "1.50");
  CHECK(stored_as("pet", "dog") == "dog");
  const std::string uuid = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
  CHECK(stored_as("uuid", uuid) == uuid);
  CHECK(stored_as("jsonb", R"({"a": [1]})") == R"({"a": [1]})");
}
