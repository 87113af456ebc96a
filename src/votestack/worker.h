// The worker: moves votes from the list in Redis into the table in PostgreSQL.
//
// Two kinds, chosen by WorkerBehaviour::order:
//
//   ack_after_write (reliable_worker.h): loses nothing, survives restarts of Redis and PostgreSQL.
//   pop_before_write (stock_worker.h): as the real ones, whose defects it keeps.
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "core/result.h"
#include "votestack/address.h"
#include "votestack/planting.h"
#include "votestack/profile.h"

namespace votebench::votestack {

struct WorkerSettings {
  WorkerBehaviour behaviour;
  Address redis;
  std::string postgres;  // libpq URI without a password
  std::string list = "votes";
  std::filesystem::path truth_log;  // empty: none
  // Of pop_before_write only:
  std::string shape = "plain";      // a word of worker_shape.h
  std::string queue = "list";       // a word of queue_shape.h; of a stream:
  std::string ack = "after-write";  // a word of stream_reader.h
  Nanoseconds claim{};         // what others have had pending for so long is claimed; 0: nothing is
  std::optional<Plant> plant;  // at the worker or the table; nothing: no defect
};

// Announces "ready" once it is connected to both and the table exists. Returns without an error
// when `stop` is requested, after finishing what it holds; otherwise with the reason to exit.
[[nodiscard]] Result<> run_worker(const WorkerSettings& settings, const std::stop_token& stop);

// Pauses; false when `stop` was requested meanwhile.
bool pause(Nanoseconds length, const std::stop_token& stop);

// When to look at the list: at most once per `poll`, whatever is done in between.
class Cadence {
 public:
  Cadence(Nanoseconds poll, std::stop_token stop);
  bool wait();  // false when the stop was requested

 private:
  Nanoseconds poll_;
  std::stop_token stop_;
  Instant next_;
};

}  // namespace votebench::votestack
