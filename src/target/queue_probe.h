// Looking at the Redis list between the vote service and the worker. Only remove_own changes it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "vote/evidence.h"
#include "vote/target_settings.h"
#include "vote/voter_id.h"

namespace votebench::target {

// {"voter_id": "...", "vote": "..."}
struct QueueElement {
  std::string voter_id;
  std::string choice;
};

// One list, head first.
struct QueueList {
  std::vector<QueueElement> elements;  // the first `limit` that are well formed
  std::uint64_t malformed = 0;         // of those read: not a JSON object with both texts
  std::uint64_t length = 0;            // LLEN
  // False: the list was longer than the limit, nothing is known of the rest.
  [[nodiscard]] bool complete() const { return elements.size() + malformed == length; }
};

// The lists and the counters of one instant.
struct QueueContents {
  QueueSnapshot snapshot;
  QueueList list;
  std::vector<QueueList> in_flight;  // one per declared side list
};

// What preflight wants to know before it trusts the counters.
struct QueueFacts {
  std::string version;    // "7.0.15"
  std::string list_type;  // TYPE of the list key: "list", "none" (absent: empty), or a wrong type
  bool is_replica = false;
  std::uint64_t max_memory_bytes = 0;  // 0 = no limit
  std::string max_memory_policy;       // "noeviction", "allkeys-lru", ...
  [[nodiscard]] bool list_usable() const { return list_type == "list" || list_type == "none"; }
};

// A connection to one Redis. Not thread-safe: one thread at a time, one probe per thread.
// Every call has a time limit (connect 2 s, answer 2 s), drops the connection when it fails and
// connects again on the next call. Errors are ErrorKind::environment and contain no secret.
class QueueProbe {
 public:
  virtual ~QueueProbe() = default;
  // One MULTI; LLEN...; INFO; TIME; EXEC: all of one instant. About 0.1 ms on loopback.
  [[nodiscard]] virtual Result<QueueSnapshot> snapshot() = 0;
  // As snapshot(), and in the same transaction the first `limit` (>= 1) elements of every list.
  [[nodiscard]] virtual Result<QueueContents> contents(std::uint64_t limit) = 0;
  // The first `limit` elements of any list. A key of another type is an error ("WRONGTYPE").
  [[nodiscard]] virtual Result<QueueList> read_list(const std::string& name,
                                                    std::uint64_t limit) = 0;
  // CLIENT LIST without this connection and without others named "votebench".
  [[nodiscard]] virtual Result<std::vector<QueueClient>> clients() = 0;
  [[nodiscard]] virtual Result<QueueFacts> facts() = 0;
  // The elements of all lists whose id is of this run, with the right mac.
  [[nodiscard]] virtual Result<std::uint64_t> count_own(const VoterIds& ids) = 0;
  // Takes them out; returns their number.
  [[nodiscard]] virtual Result<std::uint64_t> remove_own(const VoterIds& ids) = 0;
  // TIME between two readings of `clock`; the best of five.
  [[nodiscard]] virtual Result<ClockOffset> clock_offset(const Clock& clock) = 0;
};

// Fails when Redis cannot be reached now, the password is wrong, or the database does not exist.
[[nodiscard]] Result<std::unique_ptr<QueueProbe>> open_queue_probe(const QueueSettings& settings);

}  // namespace votebench::target
