// Looking at the PostgreSQL table that the worker writes. Only remove_rows changes it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "vote/evidence.h"
#include "vote/target_settings.h"
#include "vote/voter_id.h"

namespace votebench::target {

struct StoreFacts {
  std::string version;            // "15.8"
  bool in_recovery = false;       // a standby: it may lag, absence in it proves nothing
  bool has_commit_times = false;  // track_commit_timestamp is on
};

struct TableFacts {
  bool exists = false;               // false: the rest is empty
  std::vector<std::string> columns;  // their names
  bool has_voter_column = false;
  bool has_choice_column = false;
  // last_wins: a valid, complete UNIQUE index on exactly the voter column.
  TableModel model = TableModel::append;
};

// Another client backend of the same database that is not idle.
struct BackendActivity {
  std::int64_t pid = 0;
  std::string application;
  std::string state;  // "active", "idle in transaction", ...
  std::string wait;   // "Lock/relation", empty when it does not wait
  Nanoseconds age{};  // since the state changed
};

struct StoreActivity {
  std::vector<BackendActivity> busy;        // without any connection of this process
  std::uint64_t hidden = 0;                 // backends whose state this user may not see
  std::uint64_t prepared_transactions = 0;  // of this database
};

// What read_rows needs to tell the rows apart. Referenced, not copied.
struct RowQuestion {
  const VoterIds& ids;
  const ChoiceNames& choices;
  const RowBaseline& baseline;
  const std::unordered_set<std::string>& carry_over_ids;  // QueueBaseline's
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
  [[nodiscard]] virtual Result<TableFacts> table() = 0;
  // Fails when the table does not exist.
  [[nodiscard]] virtual Result<StoreIdentity> identity() = 0;
  // True when a row's id starts with ids.prefix(): somebody has drawn our run id already.
  [[nodiscard]] virtual Result<bool> has_rows_of(const VoterIds& ids) = 0;
  // Reads the whole table in one REPEATABLE READ snapshot.
  [[nodiscard]] virtual Result<RowBaseline> baseline(const VoterIds& ids) = 0;
  // Reads the whole table in one REPEATABLE READ snapshot; about 0.3 s per million rows. "Written
  // since the baseline" compares transaction ids modulo 2^32 within the window that the two
  // snapshots span, so it holds across an epoch; a frozen row of an earlier epoch whose id falls
  // into that window by chance is taken for new.
  [[nodiscard]] virtual Result<RowSet> read_rows(const RowQuestion& question) = 0;
  // Rows per choice, of the whole table. Error: more than kMostChoices different ones.
  [[nodiscard]] virtual Result<Tallies> tallies() = 0;
  // Row versions of this run seen so far, with ids of full length: every call looks at the table's
  // last blocks and adds them to what it saw before. An update of a row counts again; rows that
  // were written into free space of blocks seen before are missed.
  [[nodiscard]] virtual Result<std::uint64_t> progress(const VoterIds& ids) = 0;
  [[nodiscard]] virtual Result<StoreActivity> activity() = 0;
  // The ids with the right mac of this run, probes' included, one per row.
  [[nodiscard]] virtual Result<std::vector<std::string>> own_ids(const VoterIds& ids) = 0;
  // Deletes the rows with exactly these ids; returns their number. What a failure left is deleted
  // by the next call.
  [[nodiscard]] virtual Result<std::uint64_t> remove_rows(const std::vector<std::string>& ids) = 0;
  // clock_timestamp() between two readings of `clock`; the best of five.
  [[nodiscard]] virtual Result<ClockOffset> clock_offset(const Clock& clock) = 0;
};

// What postgres.url says about where the server is. Error (usage): nothing that a tunnel can lead
// to (no host, several, a socket, only a service's name).
[[nodiscard]] Result<HostPort> postgres_address(const RowSettings& settings);

// Fails when PostgreSQL cannot be reached now or refuses the user.
[[nodiscard]] Result<std::unique_ptr<RowStore>> open_row_store(const RowSettings& settings);

}  // namespace votebench::target
