// A table of a test's own on a real PostgreSQL, and the store that reads it.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <unordered_set>

#include "adapters/store.h"
#include "support/catch.h"
#include "support/real_servers.h"

namespace votebench::adapters::table_test {

inline const VoterIds kIds(RunId{0xb7f3a001}, RunKey{1, 2, 3});
inline const VoterIds kOtherRun(RunId{0xc0ffee00}, RunKey{9});
inline const ChoiceNames kChoices{"a", "b"};
inline const std::unordered_set<std::string> kNothingCarried;

// One server for all tests; every test has its own table.
inline const votebench::test::RealPostgres& server() {
  static const votebench::test::RealPostgres postgres(
      {"-c", "track_commit_timestamp=on", "-c", "max_prepared_transactions=5"});
  return postgres;
}

struct Table {
  votebench::test::SqlSession sql = server().connect();
  std::string name;
  std::unique_ptr<RowStore> store;

  explicit Table(const std::string& unique = "UNIQUE") {
    static int count = 0;
    name = fmt::format("votes{}", ++count);
    sql.ask(fmt::format("CREATE TABLE {} (id VARCHAR(255) NOT NULL {}, vote VARCHAR(255) NOT NULL)",
                        name, unique));
    RowSettings settings = server().settings();
    settings.table = name;
    store = *open_row_store(settings);
  }
  void insert(const std::string& id, const std::string& choice) {
    sql.ask(fmt::format("INSERT INTO {} VALUES ('{}', '{}')", name, id, choice));
  }
  RowBaseline baseline() {
    auto taken = store->baseline(kIds);
    if (!taken) FAIL(taken.error().message);
    return *taken;
  }
  RowSet read(const RowBaseline& before) {
    auto rows = store->read_rows({kIds, kChoices, before, kNothingCarried});
    if (!rows) FAIL(rows.error().message);
    return *rows;
  }
};

}  // namespace votebench::adapters::table_test
