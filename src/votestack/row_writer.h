// How a worker's votes get into the table: what each write meant is in the truth log, and defects
// are planted here.
#pragma once

#include <span>
#include <vector>

#include "votestack/planting.h"
#include "votestack/truth_log.h"
#include "votestack/vote_table.h"
#include "votestack/worker.h"

namespace votebench::votestack {

// One thread at a time. Nothing is tried a second time: a failure is the reason to exit.
class RowWriter {
 public:
  // All three must outlive it.
  RowWriter(const WorkerSettings& settings, const TruthLog& truth, Planting& planting);

  [[nodiscard]] Result<> connect() { return postgres_.connect(); }
  [[nodiscard]] Result<> create_table();
  [[nodiscard]] Result<> check_connection();

  // One statement for all; one vote alone is inserted, and updates where that is refused.
  [[nodiscard]] Result<> write(std::span<const Ballot> ballots);

  // For what is written in another way: which votes to write in place of these, and, of each that
  // was written by `result`, its end.
  [[nodiscard]] std::vector<Ballot> passed_on(std::span<const Ballot> ballots);
  [[nodiscard]] Result<> conclude(std::span<const Ballot> ballots, const QueryResult& result);
  [[nodiscard]] VoteTable& table() { return table_; }
  [[nodiscard]] PostgresLink& link() { return postgres_; }

 private:
  [[nodiscard]] TableModel model() const { return settings_.behaviour.table_model; }
  [[nodiscard]] QueryResult insert_else_update(const Ballot& ballot);
  [[nodiscard]] Result<> meddle(const Ballot& ballot);

  const WorkerSettings& settings_;
  const TruthLog& truth_;
  Planting& planting_;
  PostgresLink postgres_;
  PostgresLink stranger_;  // who changes rows that are there; connected when it is needed
  VoteTable table_;
};

}  // namespace votebench::votestack
