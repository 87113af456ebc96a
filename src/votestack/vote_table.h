// The table of votes, in the two shapes that voting stacks use:
//   last_wins  votes(id VARCHAR(255) NOT NULL UNIQUE, vote VARCHAR(255) NOT NULL)
//   append     the same without UNIQUE: one row per vote
#pragma once

#include <span>

#include "core/result.h"
#include "votestack/ballot.h"
#include "votestack/postgres_link.h"

namespace votebench::votestack {

enum class TableModel { last_wins, append };

// One thread at a time. Every function is one statement and one commit; none retries.
class VoteTable {
 public:
  // `link` must outlive the table and be connected when a function is called.
  explicit VoteTable(PostgresLink& link) : link_(link) {}

  // Makes the table unless there is one. Several workers may do so at once.
  [[nodiscard]] Result<> create(TableModel model);

  // One row per ballot. Not empty.
  [[nodiscard]] QueryResult insert(std::span<const Ballot> ballots);
  // Writing it twice changes nothing (not even a row's commit time); the last ballot of a voter
  // wins. Not empty; requires last_wins.
  [[nodiscard]] QueryResult upsert(std::span<const Ballot> ballots);
  [[nodiscard]] QueryResult update(const Ballot& ballot);

 private:
  PostgresLink& link_;
};

}  // namespace votebench::votestack
