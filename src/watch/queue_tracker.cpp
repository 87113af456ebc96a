#include "watch/queue_tracker.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/text.h"

namespace votebench::watch {
namespace {

bool counters_fell(const QueueSnapshot& before, const QueueSnapshot& now) {
  const auto fell = [&](const auto& counter) {
    const auto later = now.counters.find(counter.first);
    return later != now.counters.end() && later->second < counter.second;
  };
  return now.resets != before.resets || now.pushed < before.pushed ||
         now.dropped < before.dropped || now.uptime_s < before.uptime_s ||
         std::ranges::any_of(before.counters, fell);
}

}  // namespace

QueueTracker::QueueTracker(const QueueSnapshot& baseline)
    : QueueTracker(baseline, {.depth_max = baseline.depth, .last = baseline, .consumers = {}}) {}

QueueTracker::QueueTracker(const QueueSnapshot& baseline, QueueHistory history)
    : baseline_(baseline), history_(std::move(history)) {}

std::vector<RunEvent> QueueTracker::observe(Nanoseconds at, const Result<QueueSnapshot>& look) {
  std::vector<RunEvent> events;
  if (auto change = reachability_.observe(at, look ? nullptr : &look.error()))
    events.push_back(*std::move(change));
  if (!look) return events;
  note_server(at, *look, events);
  history_.depth_max = std::max(history_.depth_max, look->depth);
  if (history_.same_server) {
    history_.pushed = look->pushed - baseline_.pushed;
    history_.pushes_undercount |=
        look->depth > history_.last.depth + (look->pushed - history_.last.pushed);
  } else {
    history_.pushed.reset();
  }
  history_.last = *look;
  return events;
}

void QueueTracker::note_server(Nanoseconds at, const QueueSnapshot& look,
                               std::vector<RunEvent>& events) {
  const QueueSnapshot& before = history_.last;
  const bool restarted = look.server_id != before.server_id;
  const bool reset = counters_fell(before, look);
  if (restarted) {
    ++history_.restarts;
    events.push_back(
        {at, "restarted",
         fmt::format("another server id; {} votes were in the list at the last look, {} "
                     "are now",
                     format_count(before.depth), format_count(look.depth))});
  } else if (reset) {
    events.push_back({at, "counters-reset", "counters fell under the same server id"});
  }
  if (restarted || reset) history_.same_server = false;
  const bool evictions_began_anew = restarted || look.dropped < before.dropped;
  const std::uint64_t evicted_before = evictions_began_anew ? 0 : before.dropped;
  if (look.dropped > evicted_before) {
    history_.evicted += look.dropped - evicted_before;
    events.push_back({at, "evicted",
                      fmt::format("{} keys were dropped for lack of memory",
                                  format_count(look.dropped - evicted_before))});
  }
}

void QueueTracker::observe_clients(Instant at, const std::vector<QueueClient>& clients) {
  const std::string& server = history_.last.server_id;
  const auto with_id = [](std::uint64_t id) {
    return [id](const QueueClient& client) { return client.id == id; };
  };
  for (SeenConsumer& consumer : history_.consumers) {
    if (consumer.gone_since) continue;
    const auto now = std::find_if(clients.begin(), clients.end(), with_id(consumer.client.id));
    if (consumer.server_id == server && now != clients.end())
      consumer.client = *now;
    else
      consumer.gone_since = at;
  }
  for (const QueueClient& client : clients) {
    const bool known = std::any_of(history_.consumers.begin(), history_.consumers.end(),
                                   [&](const SeenConsumer& consumer) {
                                     return !consumer.gone_since && consumer.client.id == client.id;
                                   });
    if (!known && client.takes) history_.consumers.push_back({client, server, std::nullopt, at});
  }
  forget_oldest_gone();
}

// A worker that connects anew for every vote must not fill the memory; that there is one, the
// latest tell.
void QueueTracker::forget_oldest_gone() {
  auto& consumers = history_.consumers;
  const auto gone = [](const SeenConsumer& consumer) { return consumer.gone_since.has_value(); };
  auto excess = std::count_if(consumers.begin(), consumers.end(), gone) -
                static_cast<std::ptrdiff_t>(QueueHistory::kMaxGone);
  std::erase_if(consumers,
                [&](const SeenConsumer& consumer) { return gone(consumer) && excess-- > 0; });
}

}  // namespace votebench::watch
