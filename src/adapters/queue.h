// Looking at the queue between the vote service and the worker, and the table of the kinds that
// there are (adapters/queues.cpp): a new kind is a folder beside this file that defines its row,
// the row's name there, and a block of keys (scenario/describe.h).
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/elsewhere.h"
#include "core/clock.h"
#include "core/result.h"
#include "vote/evidence.h"
#include "vote/target_settings.h"
#include "vote/voter_id.h"

namespace votebench::adapters {

// What stands in one list, searched for the ids of a run in whatever form (vote/id_search.h).
struct QueueList {
  std::vector<VoterIndex> own;      // votes and probes; an element may hold several
  std::vector<std::string> others;  // voter ids of elements that are positively somebody else's
  std::uint64_t strangers = 0;      // elements that are positively somebody else's
  std::uint64_t unclear = 0;        // elements of an unknown form without an id: they may be ours
  std::uint64_t read = 0;           // elements that were looked at, the first of the list
  std::uint64_t length = 0;
  // Ids of the run are legible in what went through it before: an element without one is none of
  // ours.
  bool legible = false;
  // False: the list was longer than the limit, nothing is known of the rest.
  [[nodiscard]] bool complete() const { return read >= length; }
};

// The lists and the counters of one instant.
struct QueueContents {
  QueueSnapshot snapshot;
  QueueList list;
  std::vector<QueueList> in_flight;  // one per declared side list
  std::vector<QueueList> further{};  // one per further list that votes are pushed to

  // All of them in this order.
  [[nodiscard]] std::vector<const QueueList*> all() const {
    std::vector<const QueueList*> lists{&list};
    for (const QueueList& side : in_flight) lists.push_back(&side);
    for (const QueueList& other : further) lists.push_back(&other);
    return lists;
  }
  // Those that votes are pushed to.
  [[nodiscard]] std::vector<const QueueList*> main() const {
    std::vector<const QueueList*> lists{&list};
    for (const QueueList& other : further) lists.push_back(&other);
    return lists;
  }
  // In which lists ids of the run stand, or stood, in the order of all().
  [[nodiscard]] std::vector<bool> seen_in() const {
    std::vector<bool> seen;
    for (const QueueList* each : all()) seen.push_back(!each->own.empty() || each->legible);
    return seen;
  }
};

// Adds the lists of `more` to `seen`, both as QueueContents::seen_in() has them.
inline void add_seen_in(std::vector<bool>& seen, const std::vector<bool>& more) {
  seen.resize(std::max(seen.size(), more.size()));
  for (std::size_t list = 0; list < more.size(); ++list)
    if (more[list]) seen[list] = true;
}

struct QueueFacts {
  std::string version;                          // of its server: "7.0.15"
  std::vector<std::string> warnings;            // what may harm the votes in it, one clause each
  std::optional<Nanoseconds> client_timeout{};  // see QueueBaseline
};

// The commands that were called between two looks at one server, by the server's names, the most
// frequent first.
struct QueueUse {
  std::vector<std::string> pushes;  // plain pushes: what QueueSnapshot::pushed counts
  std::vector<std::string> takes;   // pops
  std::vector<std::string> hidden;  // may put in or take out what no counter tells
  bool newest_first = false;        // all push and all take at the same end: a stack, no queue
  std::string advice{};             // where votes seem to go somewhere else, a clause; or empty
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
  [[nodiscard]] virtual Result<QueueContents> contents(const VoterIds& ids,
                                                       std::uint64_t limit) = 0;
  // Whoever is connected to the server, without this connection and others of votebench's. Empty
  // where the server cannot say: then nobody is known to be without a vote in hand.
  [[nodiscard]] virtual Result<std::vector<QueueClient>> clients() = 0;
  // Error: the queue is not what the settings say, or cannot be looked at; with advice.
  [[nodiscard]] virtual Result<QueueFacts> facts() = 0;
  // The elements of all lists that hold an id of this run, with the right mac.
  [[nodiscard]] virtual Result<std::uint64_t> count_own(const VoterIds& ids) = 0;
  // A bounded look into everything else that the server holds, its other databases too.
  [[nodiscard]] virtual Result<Elsewhere> find_elsewhere(const VoterIds& ids,
                                                         const ElsewhereLimits& limits) = 0;
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
  QueueUse (*use)(const QueueSnapshot& before, const QueueSnapshot& after);
  // Where the server is, for a tunnel. Error (usage): nowhere that a tunnel can lead to.
  Result<HostPort> (*address)(const QueueSettings& settings);
  // What votes are pushed to, for people: "list 'votes'".
  std::string (*place)(const QueueSettings& settings);
  // Why that nothing waits does not show that nothing is left to be taken, a clause; empty, or no
  // such function: it shows it.
  std::string (*blind_spot)(const QueueSettings& settings) = nullptr;
};

// The kind of these settings; the first of the table where there are none.
[[nodiscard]] const QueueKind& queue_kind(const std::optional<QueueSettings>& settings);

// QueueKind::place and ::blind_spot of these settings.
[[nodiscard]] std::string place_of(const QueueSettings& settings);
[[nodiscard]] std::string blind_spot_of(const QueueSettings& settings);

[[nodiscard]] Result<std::unique_ptr<QueueProbe>> open_queue_probe(const QueueSettings& settings);

}  // namespace votebench::adapters
