// Looking at the queue between the vote service and the worker, and the table of the kinds that
// there are (adapters/queues.cpp): a new kind is a folder beside this file that defines its row,
// the row's name there, and a block of keys (scenario/describe.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "vote/evidence.h"
#include "vote/target_settings.h"
#include "vote/voter_id.h"

namespace votebench::adapters {

// {"voter_id": "...", "vote": "..."}
struct QueueElement {
  std::string voter_id;
  std::string choice;
};

// One list, head first.
struct QueueList {
  std::vector<QueueElement> elements;  // the first `limit` that are well formed
  std::uint64_t malformed = 0;         // of those read: not a JSON object with both texts
  std::uint64_t length = 0;
  // False: the list was longer than the limit, nothing is known of the rest.
  [[nodiscard]] bool complete() const { return elements.size() + malformed == length; }
};

// The lists and the counters of one instant.
struct QueueContents {
  QueueSnapshot snapshot;
  QueueList list;
  std::vector<QueueList> in_flight;  // one per declared side list
};

struct QueueFacts {
  std::string version;                // of its server: "7.0.15"
  std::vector<std::string> warnings;  // what may harm the votes in it, one clause each
};

// A connection to the server of one queue. Not thread-safe: one thread at a time, one probe per
// thread. Every call has a time limit (connect 2 s, answer 2 s), drops the connection when it fails
// and connects again on the next call. Errors are ErrorKind::environment and contain no secret.
class QueueProbe {
 public:
  virtual ~QueueProbe() = default;
  // All of one instant. Asked for ten times a second and more.
  [[nodiscard]] virtual Result<QueueSnapshot> snapshot() = 0;
  // As snapshot(), and of the same instant the first `limit` (>= 1) elements of every list.
  [[nodiscard]] virtual Result<QueueContents> contents(std::uint64_t limit) = 0;
  // The first `limit` elements of any list. Error: what has this name is no list.
  [[nodiscard]] virtual Result<QueueList> read_list(const std::string& name,
                                                    std::uint64_t limit) = 0;
  // Whoever is connected to the server, without this connection and others of votebench's. Empty
  // where the server cannot say: then nobody is known to be without a vote in hand.
  [[nodiscard]] virtual Result<std::vector<QueueClient>> clients() = 0;
  // Error: the queue is not what the settings say, or cannot be looked at; with advice.
  [[nodiscard]] virtual Result<QueueFacts> facts() = 0;
  // The elements of all lists whose id is of this run, with the right mac.
  [[nodiscard]] virtual Result<std::uint64_t> count_own(const VoterIds& ids) = 0;
  // Takes them out; returns their number.
  [[nodiscard]] virtual Result<std::uint64_t> remove_own(const VoterIds& ids) = 0;
  // The server's clock, between two readings of `clock`; the best of five.
  [[nodiscard]] virtual Result<ClockOffset> clock_offset(const Clock& clock) = 0;
};

struct QueueKind {
  std::string_view name;   // of QueueSettings::kind, and of the block of keys
  std::string_view title;  // for people
  // Fails when the server cannot be reached now, or refuses us.
  Result<std::unique_ptr<QueueProbe>> (*open)(const QueueSettings& settings);
  // Where the server is, for a tunnel. Error (usage): nowhere that a tunnel can lead to.
  Result<HostPort> (*address)(const QueueSettings& settings);
};

// The kind of these settings; the first of the table where there are none.
[[nodiscard]] const QueueKind& queue_kind(const std::optional<QueueSettings>& settings);

[[nodiscard]] Result<std::unique_ptr<QueueProbe>> open_queue_probe(const QueueSettings& settings);

}  // namespace votebench::adapters
