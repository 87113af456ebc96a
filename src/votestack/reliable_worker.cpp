#include "votestack/reliable_worker.h"

#include <algorithm>

#include "votestack/service.h"

namespace votebench::votestack {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstBackoff{50};
constexpr milliseconds kLongestBackoff{1000};
constexpr milliseconds kBetweenLockAttempts{200};

// Any constant: "vote", "work".
constexpr const char* kLock = "SELECT pg_try_advisory_lock(x'766f7465'::int, x'776f726b'::int)";

}  // namespace

ReliableWorker::ReliableWorker(const WorkerSettings& settings, const TruthLog& truth,
                               std::stop_token stop)
    : settings_(settings),
      truth_(truth),
      stop_(std::move(stop)),
      redis_(settings.redis),
      postgres_(settings.postgres, "votestack worker"),
      list_(redis_, settings.list),
      table_(postgres_, settings.behaviour.id_type),
      backoff_(kFirstBackoff) {}

void ReliableWorker::run() {
  while (!stop_.stop_requested()) {
    const Result<> ended = session();
    if (ended) return;
    complain(ended.error().message);
    pause(backoff_, stop_);
    backoff_ = std::min<Nanoseconds>(backoff_ * 2, kLongestBackoff);
  }
}

// Ends without an error on the stop request only.
Result<> ReliableWorker::session() {
  TRY(connect());
  TRY_ASSIGN(const bool active, become_active());
  if (!active) return {};
  backoff_ = kFirstBackoff;
  return work();
}

Result<> ReliableWorker::connect() {
  TRY(postgres_.connect());
  TRY(redis_.connect());
  TRY(table_.create(settings_.behaviour.table_model));
  if (!announced_) announce("ready");
  announced_ = true;
  return {};
}

// False on the stop request.
Result<bool> ReliableWorker::become_active() {
  bool told = false;
  while (!stop_.stop_requested()) {
    const QueryResult locked = postgres_.run(kLock);
    if (!locked.ok) return locked.failure();
    if (locked.rows.at(0).at(0) == "t") return true;
    if (!told) complain("another worker is active: standing by");
    told = true;
    pause(kBetweenLockAttempts, stop_);
  }
  return false;
}

Result<> ReliableWorker::work() {
  const WorkerBehaviour& behaviour = settings_.behaviour;
  const bool wait = behaviour.poll == Nanoseconds(0);
  Cadence cadence(behaviour.poll, stop_);
  while (cadence.wait()) {
    // Not only at the start: a worker that has lost the lock may notice it after it took a vote.
    TRY_ASSIGN(const auto unsettled, list_.unsettled(behaviour.batch));
    if (!unsettled.empty()) {
      TRY(process(unsettled, "recovered"));
      continue;
    }
    TRY_ASSIGN(const auto elements, list_.take(behaviour.batch, wait));
    if (!elements.empty()) TRY(process(elements, "popped"));
  }
  return {};
}

Result<> ReliableWorker::process(const VoteList::Elements& elements, std::string_view event) {
  std::vector<Ballot> ballots;
  VoteList::Elements readable;
  for (const std::string& element : elements) {
    const auto ballot = parse_element(element);
    if (!ballot) {
      TRY(reject(element, {}, "not a vote"));
      continue;
    }
    truth_.record(event, *ballot);
    ballots.push_back(*ballot);
    readable.push_back(element);
  }
  pause(settings_.behaviour.hold, stop_);
  if (ballots.empty()) return {};
  return write(ballots, readable);
}

// One refused vote must not hold up the others: halve until it stands alone.
Result<> ReliableWorker::write(std::span<const Ballot> ballots,
                               std::span<const std::string> elements) {
  const QueryResult written = settings_.behaviour.table_model == TableModel::append
                                  ? table_.insert(ballots)
                                  : table_.upsert(ballots);
  if (written.ok) {
    for (const Ballot& ballot : ballots) truth_.record("written", ballot);
    return list_.settle({elements.begin(), elements.end()});
  }
  if (!written.is_data_error()) return written.failure();
  if (ballots.size() == 1) return reject(elements[0], ballots[0], written.error);
  const std::size_t half = ballots.size() / 2;
  TRY(write(ballots.first(half), elements.first(half)));
  return write(ballots.subspan(half), elements.subspan(half));
}

Result<> ReliableWorker::reject(const std::string& element, const Ballot& ballot,
                                const std::string& reason) {
  complain("rejected (" + reason + "): " + element);
  truth_.record("rejected", ballot);
  return list_.reject(element);
}

}  // namespace votebench::votestack
