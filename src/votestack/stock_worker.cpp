#include "votestack/stock_worker.h"

#include "votestack/service.h"

namespace votebench::votestack {
namespace {

constexpr std::chrono::seconds kBetweenAttempts{1};

}  // namespace

StockWorker::StockWorker(const WorkerSettings& settings, const TruthLog& truth,
                         std::stop_token stop)
    : settings_(settings),
      truth_(truth),
      stop_(std::move(stop)),
      redis_(settings.redis),
      postgres_(settings.postgres, "votestack worker"),
      list_(redis_, settings.list),
      table_(postgres_) {}

Result<> StockWorker::run() {
  TRY(start());
  Cadence cadence(settings_.behaviour.poll, stop_);
  while (cadence.wait()) TRY(turn());
  return {};
}

Result<> StockWorker::start() {
  for (Result<> connected = postgres_.connect(); !connected; connected = postgres_.connect()) {
    complain("waiting for PostgreSQL: " + connected.error().message);
    if (!pause(kBetweenAttempts, stop_)) return {};
  }
  if (!wait_for_redis()) return {};
  TRY(table_.create(settings_.behaviour.table_model));
  announce("ready");
  return {};
}

bool StockWorker::wait_for_redis() {
  for (Result<> connected = redis_.connect(); !connected; connected = redis_.connect()) {
    complain("waiting for Redis: " + connected.error().message);
    if (!pause(kBetweenAttempts, stop_)) return false;
  }
  return true;
}

Result<> StockWorker::turn() {
  if (!wait_for_redis()) return {};
  const bool wait = settings_.behaviour.poll == Nanoseconds(0);
  TRY_ASSIGN(const auto elements, list_.pop(settings_.behaviour.batch, wait));
  if (elements.empty()) {
    const QueryResult alive = postgres_.run("SELECT 1");
    if (!alive.ok) return alive.failure();
    return {};
  }
  TRY_ASSIGN(const auto ballots, read(elements));
  pause(settings_.behaviour.hold, stop_);
  const QueryResult result = write(ballots);
  const bool written = result.ok && (result.affected > 0 || ballots.size() > 1);
  record(written ? "written" : "dropped", ballots);
  if (!result.ok) return result.failure();
  return {};
}

Result<std::vector<Ballot>> StockWorker::read(const VoteList::Elements& elements) const {
  std::vector<Ballot> ballots;
  for (const std::string& element : elements) {
    const auto ballot = parse_element(element);
    if (!ballot) {
      record("dropped", ballots);
      truth_.record("dropped", {});
      return fail(ErrorKind::environment, "not a vote: " + element);
    }
    truth_.record("popped", *ballot);
    ballots.push_back(*ballot);
  }
  return ballots;
}

QueryResult StockWorker::write(const std::vector<Ballot>& ballots) {
  if (ballots.size() == 1) return insert_else_update(ballots.front());
  return settings_.behaviour.table_model == TableModel::append ? table_.insert(ballots)
                                                               : table_.upsert(ballots);
}

QueryResult StockWorker::insert_else_update(const Ballot& ballot) {
  QueryResult inserted = table_.insert({&ballot, 1});
  return inserted.ok ? inserted : table_.update(ballot);
}

void StockWorker::record(std::string_view event, const std::vector<Ballot>& ballots) const {
  for (const Ballot& ballot : ballots) truth_.record(event, ballot);
}

}  // namespace votebench::votestack
