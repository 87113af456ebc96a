// The table of votes, in the two shapes that voting stacks use:
//   last_wins  votes(id VARCHAR(255) NOT NULL UNIQUE, vote VARCHAR(255) NOT NULL)
//   append     the same without UNIQUE: one row per vote
// or with an id of the type UUID.
#pragma once

#include <cstdint>
#include <span>

#include "core/result.h"
#include "votestack/ballot.h"
#include "votestack/postgres_link.h"

namespace votebench::votestack {

enum class TableModel {
  last_wins,
  append,
  counts,  // no votes, but their number by choice (count_table.h)
};
enum class IdType { text, uuid };

// One thread at a time. Every function is one statement and one commit; none retries.
class VoteTable {
 public:
  // `link` must outlive the table and be connected when a function is called.
  VoteTable(PostgresLink& link, IdType id_type) : link_(link), id_type_(id_type) {}

  // Makes the table unless there is one. Several workers may do so at once.
  [[nodiscard]] Result<> create(TableModel model);

  // One row per ballot. Not empty.
  [[nodiscard]] QueryResult insert(std::span<const Ballot> ballots);
  // Writing it twice changes nothing (not even a row's commit time); the last ballot of a voter
  // wins. Not empty; requires last_wins.
  [[nodiscard]] QueryResult upsert(std::span<const Ballot> ballots);
  [[nodiscard]] QueryResult update(const Ballot& ballot);

  // One row of the voter goes, or becomes another one.
  [[nodiscard]] QueryResult remove(const Ballot& ballot);
  [[nodiscard]] QueryResult replace(const Ballot& ballot, const Ballot& by);
  // A row that says "new" in place of a choice, unless the voter has one. Requires last_wins.
  [[nodiscard]] QueryResult insert_placeholder(const Ballot& ballot);

  // The staging table votes_inbox(n BIGSERIAL, id, vote). move_staged: its oldest `limit` rows go
  // on to the votes.
  [[nodiscard]] Result<> create_staging();
  [[nodiscard]] QueryResult stage(std::span<const Ballot> ballots);
  [[nodiscard]] QueryResult move_staged(std::uint32_t limit);

 private:
  // Written for ids that are texts.
  [[nodiscard]] std::string adapted(std::string sql) const;

  PostgresLink& link_;
  IdType id_type_;
};

}  // namespace votebench::votestack
