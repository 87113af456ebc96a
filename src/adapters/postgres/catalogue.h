// What PostgreSQL's catalogue says about the server and the table.
#pragma once

#include <string>

#include "adapters/postgres/pq_connection.h"
#include "adapters/store.h"

namespace votebench::adapters {

// A query for the table and all its partitions and children: `oid` of each. `relation`: an
// expression for the table's oid.
[[nodiscard]] std::string table_family(const std::string& relation);

// References outlive it.
class Catalogue {
 public:
  // `relation`: an expression for the table's oid, NULL where there is no such table.
  Catalogue(PqConnection& connection, const RowSettings& settings, const std::string& relation)
      : connection_(connection), settings_(settings), relation_(relation) {}

  Result<StoreFacts> store();
  Result<TableFacts> table(IdForm form);
  Result<StoreIdentity> identity();
  // Rows that were updated since the statistics began; nothing where none are kept.
  Result<std::optional<std::uint64_t>> updates();

 private:
  Result<> keys(TableFacts& facts);
  Result<std::optional<Error>> partial_view();
  struct ColumnType {
    std::string name;  // as SQL writes it; empty: there is no such column
    bool takes_nulls = true;
  };
  Result<ColumnType> type_of(const std::string& column);
  Result<std::optional<Error>> unfit_value(const std::string& column,
                                           const std::optional<std::string>& value);
  Result<bool> holds_ids(IdForm form, std::string_view type);
  Result<std::optional<Error>> no_room_for_id(IdForm form);
  [[nodiscard]] std::string family() const { return table_family(relation_); }

  PqConnection& connection_;
  const RowSettings& settings_;
  const std::string& relation_;
};

}  // namespace votebench::adapters
