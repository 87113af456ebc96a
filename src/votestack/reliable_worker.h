// A worker that loses nothing: a vote stays in Redis until PostgreSQL has committed it.
//
//   take     LMOVE to <list>:processing, in batches
//   write    one upsert, which changes nothing when it is repeated
//   settle   LREM from the processing list
//
// Whatever breaks, it starts over: connect to both, become the only active one (an advisory lock
// that ends with the connection to PostgreSQL; two would reorder the votes of one voter), finish
// what the processing list holds, go on with the list. Votes that cannot be written at all go to
// <list>:rejected. On an append table a repeated write duplicates rows: not reliable there.
#pragma once

#include <stop_token>

#include "votestack/truth_log.h"
#include "votestack/vote_list.h"
#include "votestack/worker.h"

namespace votebench::votestack {

class ReliableWorker {
 public:
  // `settings` and `truth` must outlive the worker.
  ReliableWorker(const WorkerSettings& settings, const TruthLog& truth, std::stop_token stop);

  void run();  // until the stop request

 private:
  [[nodiscard]] Result<> session();
  [[nodiscard]] Result<> connect();
  [[nodiscard]] Result<bool> become_active();
  [[nodiscard]] Result<> work();
  [[nodiscard]] Result<> process(const VoteList::Elements& elements, std::string_view event);
  [[nodiscard]] Result<> write(std::span<const Ballot> ballots,
                               std::span<const std::string> elements);
  [[nodiscard]] Result<> reject(const std::string& element, const Ballot& ballot,
                                const std::string& reason);

  const WorkerSettings& settings_;
  const TruthLog& truth_;
  std::stop_token stop_;
  RedisLink redis_;
  PostgresLink postgres_;
  VoteList list_;
  VoteTable table_;
  bool announced_ = false;
  Nanoseconds backoff_{};
};

}  // namespace votebench::votestack
