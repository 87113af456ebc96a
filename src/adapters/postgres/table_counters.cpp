// Counters in PostgreSQL: a table with a row per choice.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/counters.h"
#include "adapters/postgres/pq_connection.h"
#include "core/text.h"

namespace votebench::adapters {
namespace {

// What is asked of the table and its server is what every table is asked; only the counts are
// read otherwise, on a connection of their own.
RowSettings as_table(const RowSettings& settings) {
  RowSettings table = settings;
  table.kind = "postgres";
  table.counters.reset();
  table.stored_choices.clear();
  return table;
}

class TableCounters final : public CounterSource {
 public:
  TableCounters(const RowSettings& settings, std::unique_ptr<RowStore> table)
      : settings_(settings), table_(std::move(table)), connection_(as_table(settings)) {}

  Result<CounterReading> read() override {
    TRY_ASSIGN(const PqRows rows,
               connection_.query(fmt::format(
                   "SELECT {0}::text, coalesce(sum({1}), 0)::bigint FROM {2} WHERE {0} IS NOT NULL "
                   "GROUP BY 1 LIMIT {3}",
                   quoted_identifier(settings_.choice_column),
                   quoted_identifier(settings_.counters->count_column),
                   quoted_table(settings_.table), RowStore::kMostChoices + 1)));
    if (static_cast<std::size_t>(rows.size()) > RowStore::kMostChoices)
      return fail(ErrorKind::environment,
                  fmt::format("table '{}' counts more than {} different choices",
                              printable(settings_.table), RowStore::kMostChoices),
                  "check counters.postgres.choice");
    CounterReading reading;
    for (int row = 0; row < rows.size(); ++row)
      reading.counts[std::string(rows.text(row, 0))] = rows.number(row, 1);
    return reading;
  }

  Result<TableFacts> table() override {
    // Whichever ids there are: none is stored.
    TRY_ASSIGN(TableFacts facts, table_->table(VoterIds::of_new_run()));
    facts.has_voter_column = true;  // there is none to ask for
    facts.no_room_for_id.reset();
    facts.model = TableModel::append;  // every vote counts
    const std::string& column = settings_.counters->count_column;
    if (facts.exists && std::ranges::find(facts.columns, column) == facts.columns.end())
      return fail(ErrorKind::environment,
                  fmt::format("table '{}' has no column '{}'", printable(settings_.table),
                              printable(column)),
                  "check counters.postgres.count");
    return facts;
  }

  Result<StoreFacts> facts() override { return table_->facts(); }
  Result<StoreIdentity> identity() override { return table_->identity(); }
  Result<StoreActivity> activity() override { return table_->activity(); }
  Result<ClockOffset> clock_offset(const Clock& clock) override {
    return table_->clock_offset(clock);
  }

 private:
  RowSettings settings_;
  std::unique_ptr<RowStore> table_;
  PqConnection connection_;
};

Result<std::unique_ptr<CounterSource>> open_table_counters(const RowSettings& settings) {
  TRY_ASSIGN(auto table, open_row_store(as_table(settings)));
  return std::unique_ptr<CounterSource>(
      std::make_unique<TableCounters>(settings, std::move(table)));
}

}  // namespace

extern const CounterKind kTableCounters;
const CounterKind kTableCounters{"postgres", "PostgreSQL", open_table_counters, postgres_address};

}  // namespace votebench::adapters
