#include "votestack/worker.h"

#include "votestack/reliable_worker.h"
#include "votestack/stock_worker.h"

namespace votebench::votestack {

Result<> run_worker(const WorkerSettings& settings, const std::stop_token& stop) {
  TRY_ASSIGN(const TruthLog truth, TruthLog::open("worker", settings.truth_log));
  if (settings.behaviour.order == WriteOrder::ack_after_write) {
    ReliableWorker(settings, truth, stop).run();
    return {};
  }
  return StockWorker(settings, truth, stop).run();
}

bool pause(Nanoseconds length, const std::stop_token& stop) {
  if (length > Nanoseconds(0)) real_clock().sleep_until(real_clock().now() + length, stop);
  return !stop.stop_requested();
}

Cadence::Cadence(Nanoseconds poll, std::stop_token stop)
    : poll_(poll), stop_(std::move(stop)), next_(real_clock().now()) {}

bool Cadence::wait() {
  real_clock().sleep_until(next_, stop_);
  next_ = real_clock().now() + poll_;
  return !stop_.stop_requested();
}

}  // namespace votebench::votestack
