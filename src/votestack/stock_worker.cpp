#include "votestack/stock_worker.h"

#include "votestack/queue_shape.h"
#include "votestack/service.h"
#include "votestack/stream_reader.h"

namespace votebench::votestack {
namespace {

constexpr std::chrono::seconds kBetweenAttempts{1};

const QueueShape& queue_of(const WorkerSettings& settings) {
  return *find_queue_shape(settings.queue);
}
std::vector<std::string> lists_of(const WorkerSettings& settings) {
  const QueueShape& queue = queue_of(settings);
  return queue.lists == nullptr ? std::vector<std::string>() : queue.lists(settings.list);
}

}  // namespace

StockWorker::StockWorker(const WorkerSettings& settings, const TruthLog& truth,
                         std::stop_token stop)
    : settings_(settings),
      stop_(std::move(stop)),
      planting_(settings.plant, truth),
      redis_(settings.redis),
      list_(redis_, settings.list, lists_of(settings), queue_of(settings).takes_right),
      rows_(settings, truth, planting_),
      bench_{settings, truth, planting_, stop_, redis_, list_, rows_},
      shape_(queue_of(settings).lists == nullptr ? make_stream_reader(bench_)
                                                 : find_shape(settings.shape)->make(bench_)) {}

Result<> StockWorker::run() {
  TRY(start());
  Cadence cadence(settings_.behaviour.poll, stop_);
  while (cadence.wait() && wait_for_redis()) TRY(shape_->turn());
  return shape_->finish();
}

Result<> StockWorker::start() {
  for (Result<> connected = rows_.connect(); !connected; connected = rows_.connect()) {
    complain("waiting for PostgreSQL: " + connected.error().message);
    if (!pause(kBetweenAttempts, stop_)) return {};
  }
  if (!wait_for_redis()) return {};
  TRY(rows_.create_table());
  TRY(shape_->start());
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

}  // namespace votebench::votestack
