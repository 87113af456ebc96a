#include "adapters/postgres/catalogue.h"

#include <fmt/format.h>

#include "core/text.h"

namespace votebench::adapters {
namespace {

Error unfit(std::string message, std::string help) {
  return {ErrorKind::environment, std::move(message), std::move(help)};
}

// A relkind that is no table's.
std::string_view words_of(std::string_view kind) {
  if (kind == "v") return "a view";
  if (kind == "m") return "a materialized view";
  if (kind == "f") return "a foreign table";
  return "something else";
}

}  // namespace

std::string table_family(const std::string& relation) {
  return fmt::format(
      "WITH RECURSIVE family(oid) AS (SELECT {}::oid UNION SELECT inhrelid FROM pg_inherits "
      "JOIN family ON inhparent = family.oid) SELECT oid FROM family",
      relation);
}

Result<StoreFacts> Catalogue::store() {
  TRY_ASSIGN(const PqRows rows,
             connection_.query(fmt::format(
                 "SELECT current_setting('server_version'), pg_is_in_recovery(), "
                 "current_setting('track_commit_timestamp') = 'on', EXISTS (SELECT FROM "
                 "pg_subscription_rel WHERE srrelid IN (SELECT oid FROM ({}) AS family))",
                 family())));
  StoreFacts facts;
  facts.version = rows.text(0, 0).substr(0, rows.text(0, 0).find(' '));
  facts.is_replica = rows.truth(0, 1) || rows.truth(0, 3);
  facts.has_commit_times = rows.truth(0, 2);
  if (rows.truth(0, 1))
    facts.replica_kind = "the database is a standby";
  else if (facts.is_replica)
    facts.replica_kind =
        fmt::format("table '{}' is filled by a subscription", printable(settings_.table));
  return facts;
}

Result<TableFacts> Catalogue::table(IdForm form) {
  TRY_ASSIGN(const PqRows columns,
             connection_.query(fmt::format("SELECT attname FROM pg_attribute WHERE attrelid = {} "
                                           "AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                                           relation_)));
  TableFacts facts;
  for (int row = 0; row < columns.size(); ++row) {
    facts.columns.emplace_back(columns.text(row, 0));
    facts.has_voter_column |= columns.text(row, 0) == settings_.voter_column;
    facts.has_choice_column |= columns.text(row, 0) == settings_.choice_column;
  }
  facts.exists = !facts.columns.empty();
  TRY(keys(facts));
  if (facts.exists) {
    TRY_ASSIGN(facts.partial_view, partial_view());
  }
  if (facts.has_voter_column) {
    TRY_ASSIGN(facts.no_room_for_id, no_room_for_id(form));
  }
  for (const auto& [column, value] : settings_.where)
    if (!facts.unfit_where) {
      TRY_ASSIGN(facts.unfit_where, unfit_value(column, value));
    }
  return facts;
}

// A unique key of the voter's column is one row per voter; so is one of further columns whose value
// all rows that are looked at share. Nulls differ from each other.
Result<> Catalogue::keys(TableFacts& facts) {
  const std::string voter = quoted_literal(settings_.voter_column);
  const std::string choice = quoted_literal(settings_.choice_column);
  std::string known = voter + ", " + choice;
  for (const auto& [column, value] : settings_.where)
    if (value) known += ", " + quoted_literal(column);
  TRY_ASSIGN(
      const PqRows keys,
      connection_.query(fmt::format(
          "SELECT string_agg(attname, ', ' ORDER BY k), bool_or(attname = {2}) FROM pg_index "
          "CROSS JOIN generate_series(0, indnkeyatts - 1) AS k LEFT JOIN pg_attribute ON attrelid "
          "= indrelid AND attnum = indkey[k] WHERE indrelid = {0} AND indisunique AND indisvalid "
          "AND indpred IS NULL GROUP BY indexrelid HAVING bool_or(attname = {1}) AND "
          "bool_and(coalesce(attname IN ({3}), false)) ORDER BY 2 DESC",
          relation_, voter, choice, known)));
  for (int row = 0; row < keys.size(); ++row) {
    const bool with_choice = keys.truth(row, 1);
    if (!with_choice) facts.model = TableModel::last_wins;
    facts.key_with_choice = with_choice ? "(" + printable(keys.text(row, 0), 200) + ")" : "";
  }
  return {};
}

// Whether all rows of it can be read.
Result<std::optional<Error>> Catalogue::partial_view() {
  TRY_ASSIGN(const PqRows rows,
             connection_.query(fmt::format(
                 "SELECT relkind, row_security_active(oid), current_user FROM pg_class WHERE oid = "
                 "{}",
                 relation_)));
  if (rows.size() == 0) return std::optional<Error>();
  const std::string_view kind = rows.text(0, 0);
  const std::string name = printable(settings_.table);
  if (kind != "r" && kind != "p")
    return std::optional(unfit(fmt::format("'{}' is {}, not a table", name, words_of(kind)),
                               "name the table that the worker writes as postgres.table"));
  if (rows.truth(0, 1))
    return std::optional(
        unfit(fmt::format("row security hides rows of table '{}' from user '{}': what it hides "
                          "would look lost",
                          name, printable(rows.text(0, 2))),
              "read as the table's owner or as a role with BYPASSRLS (ALTER ROLE ... BYPASSRLS)"));
  return std::optional<Error>();
}

// By a cast, which says what no reading of types does: domains with conditions, enums.
Result<bool> Catalogue::holds_ids(IdForm form, std::string_view type) {
  const std::string id = VoterIds(RunId{}, RunKey{}, form).make(0);
  const auto cast = connection_.query(fmt::format("SELECT '{0}'::{1}::text = '{0}'", id, type));
  if (!cast) TRY(connection_.query("SELECT"));  // the type was the reason, not the server
  return cast && cast->truth(0, 0);
}

Result<Catalogue::ColumnType> Catalogue::type_of(const std::string& column) {
  TRY_ASSIGN(const PqRows type,
             connection_.query(fmt::format(
                 "SELECT format_type(atttypid, atttypmod), NOT attnotnull FROM pg_attribute WHERE "
                 "attrelid = {} AND attname = {} AND attnum > 0",
                 relation_, quoted_literal(column))));
  if (type.size() == 0) return ColumnType();
  return ColumnType{std::string(type.text(0, 0)), type.truth(0, 1)};
}

Result<std::optional<Error>> Catalogue::no_room_for_id(IdForm form) {
  TRY_ASSIGN(const ColumnType column, type_of(settings_.voter_column));
  const std::string& type = column.name;
  if (type.empty()) return std::optional<Error>();
  TRY_ASSIGN(const bool fits, holds_ids(form, type));
  if (fits) return std::optional<Error>();
  std::string help;
  for (const IdForm other : {IdForm::votebench, IdForm::uuid}) {
    if (other == form) continue;
    TRY_ASSIGN(const bool other_fits, holds_ids(other, type));
    if (other_fits)
      help = fmt::format("say vote.id_form: {}, and ids of that form are sent; ", to_string(other));
  }
  return std::optional(
      unfit(fmt::format("column '{}' of table '{}' is {}, which cannot hold votebench's voter ids "
                        "({} characters{})",
                        printable(settings_.voter_column), printable(settings_.table),
                        printable(type), length_of(form), form == IdForm::uuid ? "" : " of text"),
            help +
                "where the app or the worker makes ids of its own say vote.identity: none, and "
                "votes are counted" +
                (help.empty() ? "; or widen the column" : "")));
}

// A value that its column cannot hold, such as a text for a number, or one that it would cut.
Result<std::optional<Error>> Catalogue::unfit_value(const std::string& column,
                                                    const std::optional<std::string>& value) {
  TRY_ASSIGN(const ColumnType type, type_of(column));
  bool fits = type.takes_nulls;
  std::string why = "no row of it can ever have that value";
  if (value && !type.name.empty()) {
    const auto held =
        connection_.query(fmt::format("SELECT {0}::{1} = {0}", quoted_literal(*value), type.name));
    if (!held) TRY(connection_.query("SELECT"));  // the value was the reason, not the server
    fits = held && held->truth(0, 0);
    if (!held) why = held.error().message;
  }
  if (fits || type.name.empty()) return std::optional<Error>();
  return std::optional(
      unfit(fmt::format("{}.where: column '{}' of table '{}' is {}, which cannot hold {}",
                        settings_.kind, printable(column), printable(settings_.table),
                        printable(type.name) + (value ? "" : " NOT NULL"),
                        value ? "'" + printable(*value) + "'" : "null"),
            std::move(why)));
}

Result<std::optional<std::uint64_t>> Catalogue::updates() {
  TRY_ASSIGN(const PqRows rows,
             connection_.query(fmt::format(
                 "SELECT current_setting('track_counts') = 'on', "
                 "coalesce(sum(pg_stat_get_tuples_updated(oid)), 0) FROM ({}) AS family",
                 family())));
  return rows.truth(0, 0) ? std::optional(rows.number(0, 1)) : std::nullopt;
}

Result<StoreIdentity> Catalogue::identity() {
  TRY_ASSIGN(const PqRows rows,
             connection_.query(fmt::format(
                 "SELECT (SELECT system_identifier FROM pg_control_system()), "
                 "c.oid::bigint, c.relfilenode::bigint, pg_postmaster_start_time(), "
                 "coalesce((SELECT string_agg(';' || p.oid || ' ' || p.relfilenode, '' ORDER BY "
                 "p.oid) FROM pg_class p JOIN ({0}) AS f ON f.oid = p.oid AND p.oid <> c.oid), '') "
                 "FROM pg_class c WHERE c.oid = {1}",
                 family(), relation_)));
  if (rows.size() == 0)
    return fail(ErrorKind::environment, fmt::format("there is no table {}", settings_.table),
                "has the worker made it yet? (it does so when it starts)");
  return StoreIdentity{
      fmt::format("{} {} {}{}", rows.text(0, 0), rows.text(0, 1), rows.text(0, 2), rows.text(0, 4)),
      std::string(rows.text(0, 3))};
}

}  // namespace votebench::adapters
