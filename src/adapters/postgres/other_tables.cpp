#include "adapters/postgres/other_tables.h"

#include <fmt/format.h>

#include <unordered_set>
#include <utility>

#include "adapters/postgres/catalogue.h"
#include "core/clock.h"
#include "core/text.h"
#include "vote/id_search.h"

namespace votebench::adapters {
namespace {

constexpr std::uint64_t kMostBytes = 64U << 20U;  // of a table; they are read in about a second

struct OtherTable {
  std::string name;       // for people
  std::string oid;        // an expression
  std::string from;       // for SQL
  std::string rows;       // a condition
  bool readable = false;  // all of its rows, by this user
};

class TableLook {
 public:
  TableLook(PqConnection& connection, const VoterIds& ids, const ElsewhereLimits& limits)
      : connection_(connection), ids_(ids), limits_(limits) {}

  Result<Elsewhere> run(const NamedTable& named) {
    TRY_ASSIGN(const PqRows database, connection_.query("SELECT current_database()"));
    database_ = database.text(0, 0);
    TRY_ASSIGN(const std::vector<OtherTable> tables, tables_beside(named));
    for (const OtherTable& table : tables) {
      if (!has_time()) break;
      if (!table.readable)
        cut(fmt::format("table '{}' may not be read", table.name));
      else if (const Result<> done = look_into(table); !done)
        cut(fmt::format("table '{}': {}", table.name, done.error().message));
    }
    return std::move(found_);
  }

 private:
  void cut(const std::string& why) {
    if (found_.cut_short.empty()) found_.cut_short = why;
  }

  bool has_time() {
    if (real_clock().now() < end_) return true;
    cut(fmt::format("it took longer than {}", format_duration(limits_.time)));
    return false;
  }

  Result<std::vector<OtherTable>> tables_beside(const NamedTable& named);
  Result<> look_into(const OtherTable& table);
  // The number of rows that came.
  Result<std::uint64_t> read(const OtherTable& table, const std::string& condition, Place& place);

  PqConnection& connection_;
  const VoterIds& ids_;
  const ElsewhereLimits& limits_;
  const Instant end_ = real_clock().now() + limits_.time;
  std::string database_;
  std::unordered_set<VoterIndex> known_;  // of the table that is being read
  Elsewhere found_;
};

// What is left out of the named table comes first.
Result<std::vector<OtherTable>> TableLook::tables_beside(const NamedTable& named) {
  TRY_ASSIGN(const PqRows rows,
             connection_.query(fmt::format(
                 "SELECT n.nspname, c.relname, "
                 "has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') "
                 "AND NOT row_security_active(c.oid) FROM pg_class c "
                 "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND "
                 "c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND NOT "
                 "starts_with(n.nspname, 'pg_') AND c.oid NOT IN ({}) ORDER BY c.relpages LIMIT {}",
                 table_family(named.oid), limits_.keys + 1)));
  std::vector<OtherTable> tables;
  for (int row = 0; row < rows.size(); ++row) {
    const std::string schema(rows.text(row, 0));
    const std::string name(rows.text(row, 1));
    const std::string quoted =
        fmt::format("{}.{}", quoted_identifier(schema), quoted_identifier(name));
    tables.push_back({schema == "public" ? name : fmt::format("{}.{}", schema, name),
                      quoted_literal(quoted) + "::regclass", "ONLY " + quoted, "true",
                      rows.truth(row, 2)});
  }
  if (tables.size() > limits_.keys) {
    cut(fmt::format("there are more than {} tables", format_count(limits_.keys)));
    tables.pop_back();
  }
  if (named.rows.empty()) return tables;
  tables.insert(tables.begin(), {named.title + " (rows that are left out)", named.oid, named.name,
                                 fmt::format("({}) IS NOT TRUE", named.rows), true});
  return tables;
}

Result<> TableLook::look_into(const OtherTable& table) {
  TRY_ASSIGN(const PqRows size,
             connection_.query(fmt::format("SELECT pg_table_size({})", table.oid)));
  if (size.number(0, 0) > kMostBytes) {
    cut(fmt::format("table '{}' is larger than 64 MiB", table.name));
    return {};
  }
  Place place{database_, table.name, "table", {}};
  known_.clear();
  TRY_ASSIGN(std::uint64_t came, read(table, table.rows, place));
  if (came > limits_.elements) {
    cut(fmt::format("of table '{}' only {} rows were searched for ids in every form", table.name,
                    format_count(limits_.elements)));
    place.complete = false;
    // Ids of ours are letters and digits; those that the app makes begin in no known way.
    if (ids_.book() == nullptr)
      TRY(read(table, fmt::format("{} AND ROW(vb.*)::text ILIKE '%{}%'", table.rows, ids_.prefix()),
               place));
  }
  if (!place.own.empty()) found_.places.push_back(std::move(place));
  return {};
}

Result<std::uint64_t> TableLook::read(const OtherTable& table, const std::string& condition,
                                      Place& place) {
  std::uint64_t rows = 0;
  TRY(connection_.begin_reading());
  TRY(connection_.copy_out(
      fmt::format("COPY (SELECT ROW(vb.*)::text FROM {} AS vb WHERE {} LIMIT {}) TO STDOUT",
                  table.from, condition, limits_.elements + 1),
      [&](std::string_view line) {
        if (++rows > limits_.elements) return;
        for (const VoterIndex voter : find_ids(line, ids_).own)
          if (voter < kFirstProbeIndex && known_.insert(voter).second) place.own.push_back(voter);
      }));
  TRY(connection_.end_reading());
  return rows;
}

}  // namespace

Result<Elsewhere> find_in_other_tables(PqConnection& connection, const NamedTable& named,
                                       const VoterIds& ids, const ElsewhereLimits& limits) {
  return TableLook(connection, ids, limits).run(named);
}

}  // namespace votebench::adapters
