// The part of the settled rule that says: nobody holds a vote that is in no list and in no row.
// Pure. (Design: audit, section 6, (a)-(d).)
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "target/row_store.h"
#include "vote/target_settings.h"
#include "watch/queue_tracker.h"

namespace votebench::watch {

// How long after the lists were seen empty the consumers are first looked at: Redis gives idle
// times in whole seconds.
inline constexpr Nanoseconds kFirstLook = std::chrono::seconds(2);

struct Hands {
  WorkerModel worker = WorkerModel::serial;
  Nanoseconds max_hold = std::chrono::seconds(10);
  // The reply that showed the lists without own ids had arrived, and they stayed so since.
  Instant empty_since{};
  Instant looked_at{};  // before CLIENT LIST was asked for
  // Consumers ever seen, brought up to date by that CLIENT LIST; the client ids of `server_id` are
  // the present ones.
  std::vector<SeenConsumer> consumers;
  // Every consumer that ever popped was seen: false when nobody watched from the baseline on.
  bool watched_from_baseline = true;
  bool popped_anything = true;
  target::StoreActivity activity;  // asked for after CLIENT LIST
  // True only when the process behind the client is known to have ended. May be empty.
  std::function<bool(const QueueClient&)> client_is_dead;
};

// Nothing when it is proven that no worker holds a vote; otherwise the obstacle, a sentence for
// people without a full stop ("worker 127.0.0.1:5101 has not come back for a vote for 7 s").
[[nodiscard]] std::optional<std::string> obstacle_to_empty_handed(const Hands& hands);

}  // namespace votebench::watch
