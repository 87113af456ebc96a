#include "votestack/vote_table.h"

#include <unordered_set>

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

}  // namespace

Result<> VoteTable::create(TableModel model) {
  const char* sql = model == TableModel::last_wins ? kCreateLastWins : kCreateAppend;
  // Of two workers that create it at once, one fails in spite of IF NOT EXISTS; by then the other
  // one has committed.
  QueryResult created = link_.run(sql);
  if (!created.ok) created = link_.run(sql);
  if (!created.ok) return fail(ErrorKind::environment, "postgres: " + created.error);
  return {};
}

QueryResult VoteTable::insert(std::span<const Ballot> ballots) {
  CHECK_THAT_HOLDS(!ballots.empty());
  return link_.run(kInsert, all_of(ballots).parameters());
}

QueryResult VoteTable::upsert(std::span<const Ballot> ballots) {
  CHECK_THAT_HOLDS(!ballots.empty());
  return link_.run(kUpsert, last_of_each_voter(ballots).parameters());
}

QueryResult VoteTable::update(const Ballot& ballot) {
  return link_.run(kUpdate, {ballot.voter, ballot.choice});
}

}  // namespace votebench::votestack
