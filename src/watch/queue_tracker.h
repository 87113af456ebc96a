// What the looks at the queue add up to: counters since the baseline, events, and the consumers
// that were ever seen. Pure: fed with observations, reads no clock and no server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "adapters/queue.h"
#include "core/clock.h"
#include "core/result.h"
#include "vote/evidence.h"
#include "watch/reachability.h"

namespace votebench::watch {

// A client that was seen connected.
struct SeenClient {
  QueueClient client;                 // as it was last seen
  std::string server_id;              // client ids begin anew when the server does
  std::optional<Instant> gone_since;  // the first look that did not show it any more
  Instant seen_since{};               // the first look that showed it
  bool pushed = false;                // it was seen after a push
  bool asked = false;                 // it was seen after a command that asks for an element
};
// One that was seen after a command that takes elements, or may.
using SeenConsumer = SeenClient;

// Between two looks at the queue's clients. A connection that does not last as long may be missed.
inline constexpr Nanoseconds kClientsEvery = std::chrono::milliseconds(250);

struct QueueHistory {
  std::uint64_t depth_max = 0;  // main list
  std::uint32_t restarts = 0;   // changes of the server id
  bool same_server = true;      // one server id, and no counter ever fell
  std::uint64_t evicted = 0;    // QueueSnapshot::dropped since the baseline, over all restarts
  // Pushes since the baseline. Nothing once the counters were reset.
  std::optional<std::uint64_t> pushed = 0;
  std::uint64_t taken_bare = 0;  // QueueSnapshot::taken_bare since the baseline, over all restarts
  // Where the queue itself knows what is in hand (QueueSnapshot::delivered): `taken_bare` has in it
  // elements that were handed out, are not in hand any more, and of which no call said that they
  // are done.
  std::uint64_t handed_over = 0;  // QueueSnapshot::handed_over since the baseline
  std::uint64_t removed = 0;      // elements that went before anybody was handed them, since then
  std::optional<std::uint64_t> last_removed{};  // QueueSnapshot::removed when it was known last
  bool pushes_undercount = false;               // the list grew by more than was counted as pushed
  QueueSnapshot last;
  // In which lists ids of ours were seen standing, the main list first.
  std::vector<bool> seen_in;
  bool blocking_pops = false;  // a consumer was seen with a pop that waits
  // Voters, but probes, of whom an element was seen in a list: ascending, each once, so many at
  // most.
  std::vector<VoterIndex> own_seen;
  static constexpr std::size_t kMaxOwnSeen = 10'000;
  // Of each: the present ones, and of those that went the latest, at most kMaxGone.
  std::vector<SeenConsumer> consumers;
  std::vector<SeenClient> pushers;  // did nothing but push, or read beside it
  std::vector<SeenClient> others;   // neither consumers, pushers nor exempt, and did not only read
  static constexpr std::size_t kMaxGone = 1000;

  // Clients of the first look at them; who comes later and reads data may have taken an element
  // before. Nothing: not looked at yet, or not since the server was restarted.
  std::optional<std::unordered_set<std::uint64_t>> first_clients{};

  // An id of ours was seen in one of the lists: they are the lists that the votes go through.
  [[nodiscard]] bool list_seen() const;
  // As list_seen(); where votes are pushed to several lists, in each of these.
  [[nodiscard]] bool way_seen() const;
  [[nodiscard]] bool seen_in_list(std::size_t list) const;
  // A consumer was seen pushing: it puts back what it could not write.
  [[nodiscard]] bool consumers_push() const;
};

// Not thread-safe.
class QueueTracker {
 public:
  explicit QueueTracker(const QueueSnapshot& baseline);
  // Continues what another tracker has seen.
  QueueTracker(const QueueSnapshot& baseline, QueueHistory history);

  // One snapshot, or why there is none; `at` is after t0. Returns the events it reveals:
  // restarted, counters-reset, evicted, removed, unreachable, back.
  std::vector<RunEvent> observe(Nanoseconds at, const Result<QueueSnapshot>& look);
  // The clients of the server that the last snapshot came from.
  void observe_clients(Instant at, const std::vector<QueueClient>& clients);
  void observe_contents(const adapters::QueueContents& contents);
  // What was seen before this tracker began.
  void remember(const QueueBaseline& baseline);

  // An id of ours was seen standing in these lists, the main list first.
  void note_seen_in(const std::vector<bool>& lists);
  [[nodiscard]] const QueueHistory& history() const { return history_; }

 private:
  void note_server(Nanoseconds at, const QueueSnapshot& look, std::vector<RunEvent>& events);
  void note_hands(const QueueSnapshot& look);
  void note_removals(Nanoseconds at, const QueueSnapshot& look, std::vector<RunEvent>& events);
  // Returns the ids of those that are known and still there.
  std::unordered_set<std::uint64_t> update_known(Instant at,
                                                 const std::vector<QueueClient>& clients);
  [[nodiscard]] bool came_to_read(const QueueClient& client) const;
  void regroup();
  void remember_voters(const std::vector<VoterIndex>& own);

  QueueSnapshot baseline_;
  QueueHistory history_;
  Reachability reachability_{"unreachable", "back"};
};

}  // namespace votebench::watch
