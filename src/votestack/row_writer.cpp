#include "votestack/row_writer.h"

#include "votestack/count_table.h"

namespace votebench::votestack {

RowWriter::RowWriter(const WorkerSettings& settings, const TruthLog& truth, Planting& planting)
    : settings_(settings),
      truth_(truth),
      planting_(planting),
      postgres_(settings.postgres, "votestack worker"),
      stranger_(settings.postgres, "stranger"),
      table_(postgres_, settings.behaviour.id_type) {}

Result<> RowWriter::create_table() {
  return model() == TableModel::counts ? create_count_table(postgres_) : table_.create(model());
}

Result<> RowWriter::check_connection() {
  const QueryResult alive = postgres_.run("SELECT 1");
  if (!alive.ok) return alive.failure();
  return {};
}

Result<> RowWriter::write(std::span<const Ballot> ballots) {
  const std::vector<Ballot> passed = passed_on(ballots);
  if (passed.empty()) return {};
  if (model() == TableModel::counts) return conclude(passed, count_ballots(postgres_, passed));
  if (passed.size() == 1) return conclude(passed, insert_else_update(passed.front()));
  const bool append = model() == TableModel::append;
  return conclude(passed, append ? table_.insert(passed) : table_.upsert(passed));
}

QueryResult RowWriter::insert_else_update(const Ballot& ballot) {
  QueryResult inserted = table_.insert({&ballot, 1});
  return inserted.ok ? inserted : table_.update(ballot);
}

std::vector<Ballot> RowWriter::passed_on(std::span<const Ballot> ballots) {
  std::vector<Ballot> passed;
  for (const Ballot& ballot : ballots) {
    const auto instead = planting_.strike(Site::worker, ballot);
    if (!instead) {
      passed.push_back(ballot);
      continue;
    }
    planting_.committed(ballot);
    if (instead->empty()) truth_.record("dropped", ballot);
    passed.insert(passed.end(), instead->begin(), instead->end());
  }
  return passed;
}

Result<> RowWriter::conclude(std::span<const Ballot> ballots, const QueryResult& result) {
  const bool written = result.ok && (result.affected > 0 || ballots.size() > 1);
  for (const Ballot& ballot : ballots) truth_.record(written ? "written" : "dropped", ballot);
  if (!result.ok) return result.failure();
  for (const Ballot& ballot : ballots) TRY(meddle(ballot));
  return {};
}

Result<> RowWriter::meddle(const Ballot& ballot) {
  const auto instead = planting_.strike(Site::db, ballot);
  if (!instead) return {};
  TRY(stranger_.connect());
  VoteTable table(stranger_, settings_.behaviour.id_type);
  QueryResult done;
  if (instead->empty())
    done = table.remove(ballot);
  else if (instead->size() > 1)
    done = table.insert(std::span(*instead).subspan(1));
  else
    done = table.replace(ballot, instead->front());
  if (!done.ok) return done.failure();
  planting_.committed(ballot);
  return {};
}

}  // namespace votebench::votestack
