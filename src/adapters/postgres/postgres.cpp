#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "adapters/clock_bracket.h"
#include "adapters/postgres/catalogue.h"
#include "adapters/postgres/other_tables.h"
#include "adapters/postgres/pq_connection.h"
#include "adapters/postgres/row_scan.h"
#include "adapters/store.h"
#include "core/clock.h"
#include "core/text.h"

namespace votebench::adapters {
namespace {

// A table's blocks that are looked at again and again; older ones are taken as they were.
constexpr std::uint64_t kTailBlocks = 32;

// Counting all rows takes about a tenth of the time.
constexpr int kCountPauseFactor = 9;

constexpr std::size_t kRemovedAtOnce = 50'000;  // rows, well within a statement's time limit

WallTime from_microseconds(std::uint64_t value) {
  return WallTime(std::chrono::microseconds(static_cast<std::int64_t>(value)));
}

// Microseconds since 1970: a double is exact to 0.25 us until the year 2255, and cheaper than
// extract(), which computes in numeric.
std::string as_microseconds(std::string_view timestamp) {
  return fmt::format("(date_part('epoch', {}) * 1000000)::bigint", timestamp);
}

// Which rows are looked at. A literal without a type is one of its column's.
std::string condition_of(const RowSettings& settings) {
  std::string condition = "true";
  for (const auto& [column, value] : settings.where)
    condition += fmt::format(" AND {} {}", quoted_identifier(column),
                             value ? "= " + quoted_literal(*value) : "IS NULL");
  return condition;
}

using IdIterator = std::vector<std::string>::const_iterator;

// As a literal without a type it is an array of the
// column's, so that an index of a uuid column is used, too.
std::string array_of(IdIterator begin, IdIterator end) {
  std::string list;
  for (; begin != end; ++begin) {
    list += list.empty() ? "\"" : ",\"";
    for (const char c : *begin) list.append(c == '"' || c == '\\' ? "\\" : "").push_back(c);
    list += '"';
  }
  return quoted_literal("{" + list + "}");
}

// A row of activity()'s: pid, application, state, what it waits for, microseconds in this state.
std::string clause_of(const PqRows& rows, int row) {
  const std::string wait(rows.text(row, 3));
  return fmt::format("PostgreSQL backend {} ({}) is {}{} for {}", rows.text(row, 0),
                     printable(rows.text(row, 1), 40), rows.text(row, 2),
                     wait.empty() ? "" : ", waiting (" + wait + ")",
                     format_duration(std::chrono::microseconds(rows.number(row, 4))));
}

class PostgresStore final : public RowStore {
 public:
  explicit PostgresStore(const RowSettings& settings)
      : connection_(settings),
        settings_(settings),
        table_(quoted_table(settings.table)),
        relation_(fmt::format("to_regclass({})", quoted_literal(table_))),
        voter_(quoted_identifier(settings.voter_column)),
        choice_(quoted_identifier(settings.choice_column)),
        looked_at_(condition_of(settings)),
        words_(settings.stored_choices),
        catalogue_(connection_, settings_, relation_) {}

  Result<> open() { return connection_.open(); }

  Result<StoreFacts> facts() override { return catalogue_.store(); }
  Result<TableFacts> table(const VoterIds& ids) override { return catalogue_.table(ids.form()); }
  Result<StoreIdentity> identity() override { return catalogue_.identity(); }

  Result<bool> has_rows_of(const VoterIds& ids) override {
    if (ids.book() != nullptr) return false;  // no answer has told one yet
    TRY_ASSIGN(const PqRows rows,
               connection_.query(
                   fmt::format("SELECT EXISTS (SELECT FROM {} WHERE {})", table_, is_of_run(ids))));
    return rows.truth(0, 0);
  }

  Result<RowBaseline> baseline(const VoterIds& ids) override;
  Result<RowSet> read_rows(const RowQuestion& question) override;
  Result<Tallies> tallies() override;
  Result<std::optional<std::uint64_t>> progress(const VoterIds& ids, bool at_once) override;
  Result<StoreActivity> activity() override;
  Result<std::vector<std::string>> own_ids(const VoterIds& ids) override;
  Result<std::vector<FoundRow>> find_rows(const std::vector<std::string>& ids) override;
  Result<std::uint64_t> remove_rows(const std::vector<std::string>& ids) override;

  Result<Elsewhere> find_elsewhere(const VoterIds& ids, const ElsewhereLimits& limits) override {
    const std::string rows = settings_.where.empty() ? "" : looked_at_;
    return find_in_other_tables(connection_, {settings_.table, relation_, table_, rows}, ids,
                                limits);
  }

  Result<ClockOffset> clock_offset(const Clock& clock) override {
    const std::string sql = "SELECT " + as_microseconds("clock_timestamp()");
    return bracket_clock(clock, [&]() -> Result<WallTime> {
      TRY_ASSIGN(const PqRows rows, connection_.query(sql));
      return from_microseconds(rows.number(0, 0));
    });
  }

 private:
  // The prefix is hexadecimal: nothing to escape. Ids of the app's own tell nothing.
  [[nodiscard]] std::string is_of_run(const VoterIds& ids) const {
    if (ids.book() != nullptr) return looked_at_;
    return fmt::format("{} AND starts_with({}::text, '{}')", looked_at_, voter_, ids.prefix());
  }

  // An id that was cut or added to is no vote of ours that arrived, and a trailing vote, whose
  // index is behind all others, none of the load.
  [[nodiscard]] std::string is_whole(const VoterIds& ids) const {
    if (ids.book() != nullptr) return looked_at_;
    return fmt::format(R"({} AND length({}::text) = {} AND {}::text COLLATE "C" < '{}')",
                       is_of_run(ids), voter_, ids.length(), voter_, ids.stem(kFirstTrailingIndex));
  }

  // As text: a CHAR(n) column comes out padded with blanks that nobody sent. Free for the others.
  [[nodiscard]] std::string copy_statement(bool commit_times) const {
    const std::string committed =
        commit_times ? as_microseconds("pg_xact_commit_timestamp(xmin)") : "NULL";
    return fmt::format("COPY (SELECT {}::text, {}::text, xmin, {} FROM {} WHERE {}) TO STDOUT",
                       voter_, choice_, committed, table_, looked_at_);
  }

  Result<std::optional<std::uint64_t>> count_all(const VoterIds& ids);
  Result<std::uint64_t> count_last_blocks(const VoterIds& ids, std::uint64_t blocks);

  Result<TransactionSnapshot> current_snapshot(std::string& text, WallTime& server_time);

  PqConnection connection_;
  RowSettings settings_;
  std::string table_;     // quoted, as the columns
  std::string relation_;  // its oid, NULL where there is no such table
  std::string voter_;
  std::string choice_;
  std::string looked_at_;  // a condition
  StoredChoices words_;
  Catalogue catalogue_;
  // progress(): rows of the run in the blocks below settled_blocks_.
  std::uint64_t settled_blocks_ = 0;
  std::uint64_t settled_rows_ = 0;
  Instant count_due_{};
};

Result<TransactionSnapshot> PostgresStore::current_snapshot(std::string& text,
                                                            WallTime& server_time) {
  TRY_ASSIGN(const PqRows rows, connection_.query("SELECT pg_current_snapshot(), " +
                                                  as_microseconds("clock_timestamp()")));
  text = rows.text(0, 0);
  server_time = from_microseconds(rows.number(0, 1));
  if (auto snapshot = parse_snapshot(text)) return *std::move(snapshot);
  return fail(ErrorKind::internal, "PostgreSQL sent a snapshot of an unknown form: " + text);
}

Result<RowBaseline> PostgresStore::baseline(const VoterIds& ids) {
  TRY_ASSIGN(const TableFacts facts, table(ids));
  RowBaseline baseline;
  baseline.model = facts.model;
  TRY_ASSIGN(baseline.identity, identity());
  TRY_ASSIGN(baseline.updates, catalogue_.updates());
  TRY(connection_.begin_reading());
  TRY(current_snapshot(baseline.snapshot, baseline.server_time));
  RowScan scan(ids, words_);
  TRY(connection_.copy_out(copy_statement(false), [&](std::string_view line) { scan.add(line); }));
  TRY(connection_.end_reading());
  RowSet rows = scan.finish();
  baseline.rows = rows.total;
  baseline.strangers = rows.pre_existing;
  baseline.probe_voters = std::move(rows.probe_voters);
  baseline.stranger_checksum = rows.stranger_checksum;
  baseline.choices = std::move(rows.choices);
  return baseline;
}

Result<RowSet> PostgresStore::read_rows(const RowQuestion& question) {
  auto before = parse_snapshot(question.baseline.snapshot);
  if (!before) return fail(ErrorKind::internal, "the baseline has no snapshot");
  TRY_ASSIGN(const StoreFacts known, facts());
  TRY(connection_.begin_reading());
  std::string text;
  WallTime time;
  TRY_ASSIGN(const TransactionSnapshot now, current_snapshot(text, time));
  RowScan scan(question, WrittenSince(*std::move(before), now.xmax), words_);
  TRY(connection_.copy_out(copy_statement(known.has_commit_times),
                           [&](std::string_view line) { scan.add(line); }));
  TRY(connection_.end_reading());
  RowSet rows = scan.finish();
  TRY_ASSIGN(rows.updates, catalogue_.updates());
  return rows;
}

Result<Tallies> PostgresStore::tallies() {
  TRY_ASSIGN(const PqRows rows,
             connection_.query(fmt::format("SELECT {0}::text, count(*) FROM {1} WHERE {0} IS NOT "
                                           "NULL AND {2} GROUP BY 1 LIMIT {3}",
                                           choice_, table_, looked_at_, kMostChoices + 1)));
  if (static_cast<std::size_t>(rows.size()) > kMostChoices)
    return fail(ErrorKind::environment,
                fmt::format("the table holds more than {} different choices", kMostChoices));
  Tallies tallies;
  for (int row = 0; row < rows.size(); ++row)
    tallies[std::string(rows.text(row, 0))] = rows.number(row, 1);
  return tallies;
}

// Rows go to freed blocks once a vacuum has freed some, and away from where they stood when they
// are updated or deleted. Statistics that were set to zero, or are none, do not tell.
Result<std::optional<std::uint64_t>> PostgresStore::progress(const VoterIds& ids, bool at_once) {
  TRY_ASSIGN(
      const PqRows table,
      connection_.query(fmt::format(
          "SELECT pg_relation_size(t.oid), current_setting('block_size')::bigint, "
          "current_setting('track_counts') = 'off' OR d.reset IS NOT NULL OR "
          "pg_stat_get_vacuum_count(t.oid) + pg_stat_get_autovacuum_count(t.oid) + "
          "pg_stat_get_tuples_updated(t.oid) + pg_stat_get_tuples_deleted(t.oid) > 0 "
          "FROM (SELECT {}::oid AS oid) AS t, (SELECT pg_stat_get_db_stat_reset_time(oid) AS reset "
          "FROM pg_database WHERE datname = current_database()) AS d",
          relation_)));
  const std::uint64_t bytes = table.number(0, 0);
  const bool has_no_blocks = bytes == 0;  // of its own: its partitions may
  if (at_once) count_due_ = {};
  if (has_no_blocks || (table.truth(0, 2) && bytes <= kMostCountedBytes)) return count_all(ids);
  TRY_ASSIGN(const std::uint64_t seen, count_last_blocks(ids, bytes / table.number(0, 1)));
  return std::optional<std::uint64_t>(seen);
}

Result<std::optional<std::uint64_t>> PostgresStore::count_all(const VoterIds& ids) {
  const Instant begin = real_clock().now();
  if (begin < count_due_) return std::optional<std::uint64_t>();
  TRY_ASSIGN(const PqRows rows, connection_.query(fmt::format("SELECT count(*) FROM {} WHERE {}",
                                                              table_, is_whole(ids))));
  const Instant end = real_clock().now();
  count_due_ = end + kCountPauseFactor * (end - begin);
  return std::optional<std::uint64_t>(rows.number(0, 0));
}

Result<std::uint64_t> PostgresStore::count_last_blocks(const VoterIds& ids, std::uint64_t blocks) {
  if (blocks < settled_blocks_) settled_blocks_ = settled_rows_ = 0;  // truncated or rewritten
  const std::uint64_t tail =
      std::max(settled_blocks_, blocks > kTailBlocks ? blocks - kTailBlocks : 0);
  TRY_ASSIGN(const PqRows counts,
             connection_.query(
                 fmt::format("SELECT count(*) FILTER (WHERE ctid < '({1},0)'), count(*) FROM {2} "
                             "WHERE ctid >= '({0},0)' AND {3}",
                             settled_blocks_, tail, table_, is_whole(ids))));
  const std::uint64_t seen = settled_rows_ + counts.number(0, 1);
  settled_rows_ += counts.number(0, 0);
  settled_blocks_ = tail;
  return seen;
}

Result<StoreActivity> PostgresStore::activity() {
  // A user without pg_read_all_stats sees neither the state nor the type of others' backends.
  TRY_ASSIGN(
      const PqRows rows,
      connection_.query("SELECT pid, application_name, coalesce(state, 'hidden'), "
                        "coalesce(wait_event_type || '/' || wait_event, ''), "
                        "coalesce(" +
                        as_microseconds("now() - state_change") +
                        ", 0) FROM pg_stat_activity WHERE datname = current_database() "
                        "AND coalesce(backend_type, 'client backend') = 'client backend' "
                        "AND pid <> pg_backend_pid() AND coalesce(state, 'hidden') <> 'idle' "
                        "AND NOT starts_with(coalesce(query, ''), " +
                        quoted_literal(PqConnection::mark()) + ")"));
  StoreActivity activity;
  std::uint64_t hidden = 0;
  for (int row = 0; row < rows.size(); ++row) {
    const std::string_view state = rows.text(row, 2);
    if (state == "hidden" || state == "disabled")
      ++hidden;
    else
      activity.may_write.push_back(clause_of(rows, row));
  }
  if (hidden > 0)
    activity.may_write.push_back(
        fmt::format("the state of {} PostgreSQL backends is hidden from this user (grant it "
                    "pg_read_all_stats)",
                    hidden));
  TRY_ASSIGN(const PqRows prepared, connection_.query("SELECT count(*) FROM pg_prepared_xacts "
                                                      "WHERE database = current_database()"));
  if (prepared.number(0, 0) > 0)
    activity.may_write.push_back(
        fmt::format("{} prepared transactions are open", prepared.number(0, 0)));
  return activity;
}

Result<std::vector<std::string>> PostgresStore::own_ids(const VoterIds& ids) {
  std::vector<std::string> own;
  TRY(connection_.begin_reading());
  TRY(connection_.copy_out(fmt::format("COPY (SELECT {}::text FROM {} WHERE {}) TO STDOUT", voter_,
                                       table_, is_of_run(ids)),
                           [&](std::string_view id) {
                             if (ids.check(id).origin == IdOrigin::own) own.emplace_back(id);
                           }));
  TRY(connection_.end_reading());
  return own;
}

Result<std::vector<FoundRow>> PostgresStore::find_rows(const std::vector<std::string>& ids) {
  TRY_ASSIGN(const PqRows rows,
             connection_.query(fmt::format(
                 "SELECT {0}::text, coalesce({1}::text, '(null)') FROM {2} WHERE {3} AND {0} = "
                 "ANY({4})",
                 voter_, choice_, table_, looked_at_, array_of(ids.begin(), ids.end()))));
  std::vector<FoundRow> found;
  found.reserve(static_cast<std::size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row)
    found.push_back(
        {std::string(rows.text(row, 0)), std::string(words_.as_sent(rows.text(row, 1)))});
  return found;
}

Result<std::uint64_t> PostgresStore::remove_rows(const std::vector<std::string>& ids) {
  std::uint64_t removed = 0;
  for (std::size_t first = 0; first < ids.size(); first += kRemovedAtOnce) {
    const std::size_t end = std::min(first + kRemovedAtOnce, ids.size());
    const std::string list = array_of(ids.begin() + static_cast<std::ptrdiff_t>(first),
                                      ids.begin() + static_cast<std::ptrdiff_t>(end));
    TRY_ASSIGN(const PqRows rows,
               connection_.change(fmt::format("WITH gone AS (DELETE FROM {} WHERE {} AND {} = "
                                              "ANY({}) RETURNING 1) SELECT count(*) FROM gone",
                                              table_, looked_at_, voter_, list)));
    removed += rows.number(0, 0);
  }
  return removed;
}

Result<std::unique_ptr<RowStore>> open_postgres(const RowSettings& settings) {
  auto store = std::make_unique<PostgresStore>(settings);
  TRY(store->open());
  return std::unique_ptr<RowStore>(std::move(store));
}

}  // namespace

extern const StoreKind kPostgres;
const StoreKind kPostgres{"postgres", "PostgreSQL", open_postgres, postgres_address, "PGPASSWORD"};

}  // namespace votebench::adapters
