// The worker of the real stacks: pops, then writes, and keeps no trace in between. What lies
// between the two is a shape (worker_shape.h); the real one's is the plain one.
//
// What it does when something breaks, faithfully:
//   killed with votes in hand                  they are lost
//   PostgreSQL goes while it writes            exits 1, the votes in hand are lost
//   PostgreSQL goes while the list is empty    exits 1 at its next keep-alive query
//   PostgreSQL found gone before a write       cannot be seen before the write fails: as above
//   a write is refused                         taken for "has voted already": UPDATE; a voter id
//                                              over 255 characters is silently lost
//   the UPDATE is refused as well, or the element is no vote
//                                              exits 1, the element is gone
//   Redis goes between two pops                reconnects, as often as it takes
//   the answer to a pop does not come          exits 1; the pop may be executed later
// With a batch above 1 a refused write of the batch exits 1.
#pragma once

#include <memory>
#include <stop_token>

#include "votestack/worker_shape.h"

namespace votebench::votestack {

class StockWorker {
 public:
  // `settings` and `truth` must outlive the worker.
  StockWorker(const WorkerSettings& settings, const TruthLog& truth, std::stop_token stop);

  // Until the stop request, or the error to exit with.
  [[nodiscard]] Result<> run();

 private:
  [[nodiscard]] Result<> start();
  [[nodiscard]] bool wait_for_redis();
  const WorkerSettings& settings_;
  std::stop_token stop_;
  Planting planting_;
  RedisLink redis_;
  VoteList list_;
  RowWriter rows_;
  Bench bench_;
  std::unique_ptr<Shape> shape_;
};

}  // namespace votebench::votestack
