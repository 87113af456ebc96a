// The part of the settled rule that says: nobody holds a vote that is in no list and in no row.
// Pure. (Design: audit, section 6, (a)-(d).)
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "adapters/store.h"
#include "core/clock.h"
#include "vote/target_settings.h"
#include "watch/queue_tracker.h"

namespace votebench::watch {

struct Hands {
  WorkerModel worker = WorkerModel::serial;
  Nanoseconds max_hold = std::chrono::seconds(10);
  // Said by somebody who knows this stack. What only the profile says binds as long as the workers
  // behave like the profile's own: each one long connection that does nothing but pop.
  bool worker_stated = true;
  bool max_hold_stated = true;
  // The target names side lists, in which its workers keep each vote until it is written; they were
  // empty with the main list.
  bool side_lists = false;
  // The queue itself knows what is in hand: who handles several votes at a time has them there.
  bool shows_hands = false;
  // Why that nothing waits does not show that nothing is left to be taken; empty: it shows it.
  std::string blind_spot{};
  std::uint64_t taken_bare = 0;   // calls that took votes and left them in no list
  std::uint64_t handed_over = 0;  // calls that may have given one worker what another one has
  std::string settled_early{};    // why votes leave the side lists before they are written
  bool votes_are_missing = false;
  bool rows_tell_voters = true;  // where none does, no trailing votes can be cast
  std::string serial_refuted{};  // why one vote at a time cannot be; empty: not refuted
  // The reply that showed the lists without own ids had arrived, and nothing was pushed since.
  Instant empty_since{};
  Instant looked_at{};  // before the clients were asked for
  std::string
      server_id{};  // of the server's process now; one that was restarted cut all off itself
  // Consumers ever seen, brought up to date by that look at the clients.
  std::vector<SeenConsumer> consumers;
  bool blocking_pops = false;  // one of them waits in a pop
  // Clients that are neither workers nor known to do nothing but push or read: each may hold a vote
  // that it took before the lists were empty.
  std::vector<SeenClient> others{};
  // Somebody took votes whom nobody saw: nobody watched from the baseline on, or only short-lived
  // connections did.
  bool unseen_consumers = false;
  adapters::StoreActivity activity;  // asked for after the clients
  // True only when the process behind the client is known to have ended. May be empty.
  std::function<bool(const QueueClient&)> client_is_dead;

  // Trailing votes would let go of what is held back until more come.
  [[nodiscard]] bool is_untried() const { return votes_are_missing && !rows_tell_voters; }
};

struct HandsFinding {
  // Nothing when it is proven that no worker holds a vote; otherwise a clause for people:
  // "worker 127.0.0.1:5101 has not come back for a vote for 7 s, it may hold one".
  std::optional<std::string> obstacle{};
  // What would take it away; empty: nothing that one could say in the target.
  std::string advice{};
  // Somebody was given max_hold after the lists were empty: whoever disconnected has had it then.
  bool leans_on_max_hold = false;
  // "One vote at a time" was refuted: max_hold alone says that nothing is in hand.
  bool several_at_once = false;
  // Whatever is in hand stands in a side list.
  bool leans_on_side_lists = false;
};

[[nodiscard]] HandsFinding look_at_hands(const Hands& hands);

// (d) alone: what a transaction of somebody else may still write; nothing when there is none.
[[nodiscard]] std::optional<std::string> obstacle_in_store(const adapters::StoreActivity& activity);

}  // namespace votebench::watch
