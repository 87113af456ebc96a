// Looking at the table that the worker writes, and the table of the kinds of stores that there are
// (adapters/stores.cpp): a new kind is a folder beside this file that defines its row, the row's
// name there, and a block of keys (scenario/describe.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "adapters/elsewhere.h"
#include "core/clock.h"
#include "core/result.h"
#include "vote/evidence.h"
#include "vote/target_settings.h"
#include "vote/voter_id.h"

namespace votebench::adapters {

struct StoreFacts {
  std::string version;            // "15.8"
  bool is_replica = false;        // it may lag: absence in it proves nothing
  bool has_commit_times = false;  // the store knows when each row was committed
  std::string replica_kind{};     // a clause for people: "the database is a standby"
};

struct TableFacts {
  bool exists = false;               // false: the rest is empty
  std::vector<std::string> columns;  // their names
  bool has_voter_column = false;
  bool has_choice_column = false;
  // last_wins: the store itself sees to it that no voter has two rows.
  TableModel model = TableModel::append;
  // What the catalogue says against it, and what to do about that. Nothing: nothing.
  std::optional<Error> partial_view{};    // it is no table, or not all rows of it can be seen
  std::optional<Error> no_room_for_id{};  // its voter column cannot hold an id of ours
  std::optional<Error> unfit_where{};     // no row can ever be as RowSettings::where says
  // A unique key by which the table refuses a second vote of a voter for the same choice, where
  // that is no key of the voter alone: "(id, vote)". Empty: there is none.
  std::string key_with_choice{};
};

// Who else may have something under way in the store.
struct StoreActivity {
  // A clause each, the most telling first: "PostgreSQL backend 4711 (worker) is active for 3 s".
  // Also that it cannot be seen, and what to do about it. Empty: nobody, for certain.
  std::vector<std::string> may_write;
  // The store does not tell, nor whether what it shows is of this moment: then only the target's
  // own word (settle.quiet) makes absence mean anything. Empty: it does.
  std::string untold{};
};

// What read_rows needs to tell the rows apart. Referenced, not copied.
struct RowQuestion {
  const VoterIds& ids;
  const ChoiceNames& choices;
  const RowBaseline& baseline;
  const std::unordered_set<std::string>& carry_over_ids;  // QueueBaseline's
};

// What the table holds for one of the ids that were asked for.
struct FoundRow {
  std::string voter_id;
  std::string choice;  // as it was sent (RowSettings::stored_choices); "(null)" for a null
};

// A connection to one database. Not thread-safe: one thread at a time, one store per thread.
// Every call has a time limit (connect 3 s, statement 10 s, waiting for a lock 2 s, a reading of
// all rows 10 s without a byte); a connection that broke is made again on the next call.
// Errors are ErrorKind::environment and contain no secret.
class RowStore {
 public:
  static constexpr std::size_t kMostChoices = 1000;

  virtual ~RowStore() = default;
  [[nodiscard]] virtual Result<StoreFacts> facts() = 0;
  // `ids`: whose ids its voter column is to hold.
  [[nodiscard]] virtual Result<TableFacts> table(const VoterIds& ids) = 0;
  // Fails when the table does not exist.
  [[nodiscard]] virtual Result<StoreIdentity> identity() = 0;
  // True when a row's id starts with ids.prefix(): somebody has drawn our run id already.
  [[nodiscard]] virtual Result<bool> has_rows_of(const VoterIds& ids) = 0;
  // Reads the whole table as it is at one moment.
  [[nodiscard]] virtual Result<RowBaseline> baseline(const VoterIds& ids) = 0;
  // Reads the whole table as it is at one moment; about 0.3 s per million rows. What was written
  // since the baseline is told apart by RowBaseline::snapshot.
  [[nodiscard]] virtual Result<RowSet> read_rows(const RowQuestion& question) = 0;
  // Rows per choice, of the whole table. Error: more than kMostChoices different ones.
  [[nodiscard]] virtual Result<Tallies> tallies() = 0;
  // Rows of this run seen so far, with ids of full length and without trailing votes; of ids that
  // the app makes: all rows. Cheap: where
  // nothing was ever updated or freed in the table, as far as the store tells, new rows stand in
  // its last blocks. Otherwise all rows are counted, for a tenth of the time at most: nothing when
  // that is not due, but `at_once`. In a table of more than kMostCountedBytes rows in freed space
  // are missed.
  static constexpr std::uint64_t kMostCountedBytes = std::uint64_t{1} << 30U;
  [[nodiscard]] virtual Result<std::optional<std::uint64_t>> progress(const VoterIds& ids,
                                                                      bool at_once) = 0;
  [[nodiscard]] virtual Result<StoreActivity> activity() = 0;
  // A bounded look into everything else that the database holds.
  [[nodiscard]] virtual Result<Elsewhere> find_elsewhere(const VoterIds& /*ids*/,
                                                         const ElsewhereLimits& /*limits*/) {
    return Elsewhere{};
  }
  // A clause: a count that was lower at one look of this store than at the one before, since the
  // last baseline. Empty: none was, or rows are no counts.
  [[nodiscard]] virtual std::string fell() const { return {}; }
  // The ids with the right mac of this run, probes' included, one per row.
  [[nodiscard]] virtual Result<std::vector<std::string>> own_ids(const VoterIds& ids) = 0;
  // The rows with exactly these ids, which are ids of ours. Cheap where the column has an index.
  [[nodiscard]] virtual Result<std::vector<FoundRow>> find_rows(
      const std::vector<std::string>& ids) = 0;
  // Deletes the rows with exactly these ids; returns their number. What a failure left is deleted
  // by the next call.
  [[nodiscard]] virtual Result<std::uint64_t> remove_rows(const std::vector<std::string>& ids) = 0;
  // The server's clock, between two readings of `clock`; the best of five.
  [[nodiscard]] virtual Result<ClockOffset> clock_offset(const Clock& clock) = 0;
};

struct StoreKind {
  std::string_view name;   // of RowSettings::kind, and of the block of keys
  std::string_view title;  // for people
  // Fails when the server cannot be reached now, or refuses us.
  Result<std::unique_ptr<RowStore>> (*open)(const RowSettings& settings);
  // Where the server is, for a tunnel. Error (usage): nowhere that a tunnel can lead to (no host,
  // several, a socket).
  Result<HostPort> (*address)(const RowSettings& settings);
  std::string_view password_variable;  // of the environment, which its library reads; empty: none
};

// The kind of these settings; the first of the table where there are none.
[[nodiscard]] const StoreKind& store_kind(const std::optional<RowSettings>& settings);

[[nodiscard]] Result<std::unique_ptr<RowStore>> open_row_store(const RowSettings& settings);

}  // namespace votebench::adapters
