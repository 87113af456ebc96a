#include "votestack/vote_table.h"

#include <cstring>
#include <unordered_set>
#include <utility>

#include "core/check.h"

namespace votebench::votestack {
namespace {

constexpr const char* kCreateLastWins =
    "CREATE TABLE IF NOT EXISTS votes (id VARCHAR(255) NOT NULL UNIQUE, vote VARCHAR(255) NOT "
    "NULL)";
constexpr const char* kCreateAppend =
    "CREATE TABLE IF NOT EXISTS votes (id VARCHAR(255) NOT NULL, vote VARCHAR(255) NOT NULL)";
constexpr const char* kInsert =
    "INSERT INTO votes (id, vote) SELECT * FROM unnest($1::text[], $2::text[])";
constexpr const char* kUpsert =
    "INSERT INTO votes (id, vote) SELECT * FROM unnest($1::text[], $2::text[]) "
    "ON CONFLICT (id) DO UPDATE SET vote = excluded.vote "
    "WHERE votes.vote IS DISTINCT FROM excluded.vote";
constexpr const char* kUpdate = "UPDATE votes SET vote = $2 WHERE id = $1";
constexpr const char* kRemove =
    "DELETE FROM votes WHERE ctid = (SELECT ctid FROM votes WHERE id = $1 LIMIT 1)";
constexpr const char* kReplace =
    "UPDATE votes SET id = $2, vote = $3 "
    "WHERE ctid = (SELECT ctid FROM votes WHERE id = $1 LIMIT 1)";
constexpr const char* kInsertPlaceholder =
    "INSERT INTO votes (id, vote) VALUES ($1, 'new') ON CONFLICT (id) DO NOTHING";
constexpr const char* kCreateStaging =
    "CREATE TABLE IF NOT EXISTS votes_inbox (n BIGSERIAL, id VARCHAR(255) NOT NULL, "
    "vote VARCHAR(255) NOT NULL)";
constexpr const char* kStage =
    "INSERT INTO votes_inbox (id, vote) SELECT * FROM unnest($1::text[], $2::text[])";
// The newest of several staged votes of one voter wins: an upsert may not meet an id twice.
constexpr const char* kMoveStaged =
    "WITH moved AS (DELETE FROM votes_inbox WHERE n IN (SELECT n FROM votes_inbox ORDER BY n LIMIT "
    "$1::text::int) RETURNING n, id, vote) "
    "INSERT INTO votes (id, vote) SELECT DISTINCT ON (id) id, vote FROM moved ORDER BY id, n DESC "
    "ON CONFLICT (id) DO UPDATE SET vote = excluded.vote";

struct Columns {
  std::vector<std::string_view> voters;
  std::vector<std::string_view> choices;

  void add(const Ballot& ballot) {
    voters.emplace_back(ballot.voter);
    choices.emplace_back(ballot.choice);
  }
  [[nodiscard]] std::vector<std::string> parameters() const {
    return {text_array(voters), text_array(choices)};
  }
};

Columns all_of(std::span<const Ballot> ballots) {
  Columns columns;
  for (const Ballot& ballot : ballots) columns.add(ballot);
  return columns;
}

// An upsert may not meet the same id twice ("cannot affect row a second time").
Columns last_of_each_voter(std::span<const Ballot> ballots) {
  Columns columns;
  std::unordered_set<std::string_view> seen;
  for (auto ballot = ballots.rbegin(); ballot != ballots.rend(); ++ballot)
    if (seen.insert(ballot->voter).second) columns.add(*ballot);
  return columns;
}

// Of two workers that create it at once, one fails in spite of IF NOT EXISTS; by then the other one
// has committed.
Result<> create_table(PostgresLink& link, const std::string& sql) {
  QueryResult created = link.run(sql.c_str());
  if (!created.ok) created = link.run(sql.c_str());
  if (!created.ok) return created.failure();
  return {};
}

}  // namespace

std::string VoteTable::adapted(std::string sql) const {
  if (id_type_ == IdType::text) return sql;
  for (const auto& [text, uuid] :
       {std::pair("id VARCHAR(255)", "id UUID"), std::pair("$1::text[]", "$1::text[]::uuid[]"),
        std::pair("id = $1", "id = $1::text::uuid"), std::pair("id = $2", "id = $2::text::uuid")})
    if (const std::size_t at = sql.find(text); at != std::string::npos)
      sql.replace(at, std::strlen(text), uuid);
  return sql;
}

Result<> VoteTable::create(TableModel model) {
  return create_table(link_,
                      adapted(model == TableModel::last_wins ? kCreateLastWins : kCreateAppend));
}

Result<> VoteTable::create_staging() { return create_table(link_, adapted(kCreateStaging)); }

QueryResult VoteTable::insert(std::span<const Ballot> ballots) {
  CHECK_THAT_HOLDS(!ballots.empty());
  return link_.run(adapted(kInsert).c_str(), all_of(ballots).parameters());
}

QueryResult VoteTable::upsert(std::span<const Ballot> ballots) {
  CHECK_THAT_HOLDS(!ballots.empty());
  return link_.run(adapted(kUpsert).c_str(), last_of_each_voter(ballots).parameters());
}

QueryResult VoteTable::update(const Ballot& ballot) {
  return link_.run(adapted(kUpdate).c_str(), {ballot.voter, ballot.choice});
}

QueryResult VoteTable::remove(const Ballot& ballot) {
  return link_.run(adapted(kRemove).c_str(), {ballot.voter});
}

QueryResult VoteTable::replace(const Ballot& ballot, const Ballot& by) {
  return link_.run(adapted(kReplace).c_str(), {ballot.voter, by.voter, by.choice});
}

QueryResult VoteTable::insert_placeholder(const Ballot& ballot) {
  return link_.run(kInsertPlaceholder, {ballot.voter});
}

QueryResult VoteTable::stage(std::span<const Ballot> ballots) {
  return link_.run(adapted(kStage).c_str(), all_of(ballots).parameters());
}

QueryResult VoteTable::move_staged(std::uint32_t limit) {
  return link_.run(kMoveStaged, {std::to_string(limit)});
}

}  // namespace votebench::votestack
