// The drain's looks at the queue: is there still a vote of ours in a list, and since when not?
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "adapters/queue.h"
#include "core/clock.h"
#include "vote/evidence.h"
#include "vote/voter_id.h"
#include "watch/queue_tracker.h"

namespace votebench::watch {

// Not thread-safe. References outlive the view.
class QueueView {
 public:
  QueueView(adapters::QueueProbe& probe, const QueueBaseline& baseline, const VoterIds& ids,
            Clock& clock);
  // Continues what a sampler has seen from the baseline on.
  void continue_from(QueueHistory history);

  // One snapshot, and consumers() every kClientsEvery; lists that are not empty are read too, at a
  // bounded share of the time.
  void look();
  // Lists and counters now, for the final evidence; false when its server does not answer.
  bool read_contents();
  // Brings consumers() up to date; false when its server does not answer.
  bool look_at_clients();

  // Nothing while a list holds a vote of ours or what may be one, or it is not known; else the
  // arrival of the reply that showed it first. Begins anew when a list grows and with another
  // server; while no id of ours was seen in a list and nobody waits in a pop, with every push to
  // that server, too.
  [[nodiscard]] std::optional<Instant> clear_since() const { return clear_since_; }
  [[nodiscard]] const std::vector<SeenConsumer>& consumers() const {
    return tracker_.history().consumers;
  }
  // Why the lists' being empty proves nothing, a clause for people: elements that cannot be read,
  // or lists that no vote of ours was ever seen in, nor taken from by a pop that waits.
  [[nodiscard]] std::optional<std::string> obstacle() const;
  [[nodiscard]] const QueueHistory& history() const { return tracker_.history(); }
  // Somebody took votes whom neither the sampler nor this view saw.
  [[nodiscard]] bool has_unseen_consumers() const;
  [[nodiscard]] std::uint64_t waiting() const;  // elements in all lists at the last look
  [[nodiscard]] std::uint64_t pushed() const { return tracker_.history().last.pushed; }
  [[nodiscard]] const std::string& error() const { return error_; }  // empty: the last look worked
  [[nodiscard]] Result<adapters::Elsewhere> find_elsewhere() {
    return probe_.find_elsewhere(ids_, {});
  }
  // Somebody else saw votes of ours standing in these lists.
  void note_seen_in(const std::vector<bool>& lists) { tracker_.note_seen_in(lists); }
  // From now on elements that come in are not the run's: evidence() counts as at the last look.
  void freeze_pushed() {
    if (!frozen_pushed_) frozen_pushed_ = tracker_.history().pushed;
    if (!frozen_removed_) frozen_removed_ = tracker_.history().removed;
  }
  // Elements since the baseline, without those behind freeze_pushed(); nothing: not known.
  [[nodiscard]] std::optional<std::uint64_t> pushed_for_the_run() const {
    return frozen_pushed_ ? frozen_pushed_ : tracker_.history().pushed;
  }
  // Of the last look or reading.
  [[nodiscard]] QueueEvidence evidence() const;

 private:
  [[nodiscard]] bool list_is_known() const;
  void note_clients();
  Result<> observe_clients();
  void take(const QueueSnapshot& snapshot);
  void lost(const Error& error);

  adapters::QueueProbe& probe_;
  const QueueBaseline& baseline_;
  const VoterIds& ids_;
  Clock& clock_;
  QueueTracker tracker_;
  bool watched_from_baseline_ = false;
  std::optional<std::uint64_t> frozen_pushed_;
  std::optional<std::uint64_t> frozen_removed_;
  std::string error_;
  std::optional<Instant> clear_since_;
  std::optional<adapters::QueueContents> contents_;  // the last reading that worked
  Instant contents_due_{};
  Instant clients_due_{};
};

}  // namespace votebench::watch
