#include "watch/queue_tracker.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "core/counted.h"
#include "core/text.h"

namespace votebench::watch {
namespace {

bool counters_fell(const QueueSnapshot& before, const QueueSnapshot& now) {
  const auto fell = [&](const auto& counter) {
    const auto later = now.counters.find(counter.first);
    return later != now.counters.end() && later->second < counter.second;
  };
  return now.resets != before.resets || now.pushed < before.pushed ||
         now.taken_bare < before.taken_bare || now.dropped < before.dropped ||
         now.uptime_s < before.uptime_s || std::ranges::any_of(before.counters, fell);
}

bool does_else(const QueueClient& client) {
  return !client.takes && !client.pushes && !client.reads && !client.exempt;
}

// Clients that connect anew for every vote must not fill the memory; that there are some, the
// latest tell.
void forget_oldest_gone(std::vector<SeenClient>& clients) {
  const auto gone = [](const SeenClient& client) { return client.gone_since.has_value(); };
  auto excess = std::count_if(clients.begin(), clients.end(), gone) -
                static_cast<std::ptrdiff_t>(QueueHistory::kMaxGone);
  std::erase_if(clients, [&](const SeenClient& client) { return gone(client) && excess-- > 0; });
}

}  // namespace

bool QueueHistory::list_seen() const {
  return std::find(seen_in.begin(), seen_in.end(), true) != seen_in.end();
}

bool QueueHistory::way_seen() const {
  if (last.further_depths.empty()) return list_seen();
  const std::size_t further = 1 + last.in_flight_depths.size();
  for (std::size_t i = 0; i < last.further_depths.size(); ++i)
    if (!seen_in_list(further + i)) return false;
  return seen_in_list(0);
}

bool QueueHistory::seen_in_list(std::size_t list) const {
  return list < seen_in.size() && seen_in[list];
}

bool QueueHistory::consumers_push() const {
  return std::ranges::any_of(consumers, &SeenConsumer::pushed);
}

QueueTracker::QueueTracker(const QueueSnapshot& baseline)
    : QueueTracker(baseline, QueueHistory{.depth_max = baseline.depth,
                                          .last_removed = baseline.removed,
                                          .last = baseline,
                                          .seen_in = {},
                                          .own_seen = {},
                                          .consumers = {},
                                          .pushers = {},
                                          .others = {}}) {}

QueueTracker::QueueTracker(const QueueSnapshot& baseline, QueueHistory history)
    : baseline_(baseline), history_(std::move(history)) {}

std::vector<RunEvent> QueueTracker::observe(Nanoseconds at, const Result<QueueSnapshot>& look) {
  std::vector<RunEvent> events;
  if (auto change = reachability_.observe(at, look ? nullptr : &look.error()))
    events.push_back(*std::move(change));
  if (!look) return events;
  note_server(at, *look, events);
  note_removals(at, *look, events);
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
    history_.first_clients.reset();
    events.push_back(
        {at, "restarted",
         fmt::format("another server id; {} votes were in the list at the last look, {} "
                     "are now",
                     format_count(before.depth), format_count(look.depth))});
  } else if (reset) {
    events.push_back({at, "counters-reset", "counters fell under the same server id"});
  }
  if (restarted || reset)
    history_.same_server = false;
  else
    note_hands(look);
  const std::uint64_t bare_before = restarted || reset ? 0 : before.taken_bare;
  history_.taken_bare += look.taken_bare - std::min(look.taken_bare, bare_before);
  const bool evictions_began_anew = restarted || look.dropped < before.dropped;
  const std::uint64_t evicted_before = evictions_began_anew ? 0 : before.dropped;
  if (look.dropped > evicted_before) {
    history_.evicted += look.dropped - evicted_before;
    events.push_back({at, "evicted",
                      fmt::format("{} keys were dropped for lack of memory",
                                  format_count(look.dropped - evicted_before))});
  }
}

// No call between the looks said of an element that it is done, and fewer are in hand than were
// handed out. Where removed elements are passed, the count of those handed out skips them.
void QueueTracker::note_hands(const QueueSnapshot& look) {
  const QueueSnapshot& before = history_.last;
  history_.handed_over += look.handed_over - std::min(look.handed_over, before.handed_over);
  if (!look.delivered || !before.delivered || look.acknowledged != before.acknowledged) return;
  const std::uint64_t passed =
      before.removed.value_or(0) - std::min(before.removed.value_or(0), look.removed.value_or(0));
  const std::uint64_t entered = *look.delivered + before.in_flight();
  const std::uint64_t accounted = *before.delivered + look.in_flight() + passed;
  history_.taken_bare += entered - std::min(entered, accounted);
}

void QueueTracker::note_removals(Nanoseconds at, const QueueSnapshot& look,
                                 std::vector<RunEvent>& events) {
  if (!look.removed) return;
  const std::uint64_t before = history_.last_removed.value_or(*look.removed);
  history_.last_removed = look.removed;
  if (*look.removed <= before) return;
  history_.removed += *look.removed - before;
  events.push_back({at, "removed",
                    counted(*look.removed - before, "vote was", "votes were") +
                        " thrown out of the queue before a worker had them"});
}

void QueueTracker::note_seen_in(const std::vector<bool>& lists) {
  adapters::add_seen_in(history_.seen_in, lists);
}

void QueueTracker::remember(const QueueBaseline& baseline) {
  note_seen_in(baseline.seen_in);
  history_.blocking_pops |= baseline.blocking_pops;
}

void QueueTracker::observe_contents(const adapters::QueueContents& contents) {
  note_seen_in(contents.seen_in());
  for (const adapters::QueueList* list : contents.all()) remember_voters(list->own);
}

void QueueTracker::remember_voters(const std::vector<VoterIndex>& own) {
  std::vector<VoterIndex>& seen = history_.own_seen;
  if (own.empty() || seen.size() >= QueueHistory::kMaxOwnSeen) return;
  std::ranges::copy_if(own, std::back_inserter(seen),
                       [](VoterIndex voter) { return voter < kFirstProbeIndex; });
  std::ranges::sort(seen);
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  seen.resize(std::min(seen.size(), QueueHistory::kMaxOwnSeen));
}

void QueueTracker::observe_clients(Instant at, const std::vector<QueueClient>& clients) {
  const auto known = update_known(at, clients);
  for (const QueueClient& client : clients) {
    history_.blocking_pops |= client.blocks;
    if (known.contains(client.id)) continue;
    const SeenClient seen{client, history_.last.server_id, std::nullopt,
                          at,     client.pushes,           client.asks};
    if (client.takes)
      history_.consumers.push_back(seen);
    else if (client.pushes)
      history_.pushers.push_back(seen);
    else if (does_else(client) || came_to_read(client))
      history_.others.push_back(seen);
  }
  if (!history_.first_clients) {
    history_.first_clients.emplace();
    for (const QueueClient& client : clients) history_.first_clients->insert(client.id);
  }
  regroup();
  forget_oldest_gone(history_.consumers);
  forget_oldest_gone(history_.pushers);
  forget_oldest_gone(history_.others);
}

bool QueueTracker::came_to_read(const QueueClient& client) const {
  return client.reads_data && !client.exempt && history_.first_clients &&
         !history_.first_clients->contains(client.id);
}

std::unordered_set<std::uint64_t> QueueTracker::update_known(
    Instant at, const std::vector<QueueClient>& clients) {
  std::unordered_map<std::uint64_t, const QueueClient*> present;
  for (const QueueClient& client : clients) present[client.id] = &client;
  std::unordered_set<std::uint64_t> known;
  for (auto* group : {&history_.consumers, &history_.pushers, &history_.others})
    for (SeenClient& seen : *group) {
      if (seen.gone_since) continue;
      const auto now = present.find(seen.client.id);
      if (seen.server_id == history_.last.server_id && now != present.end()) {
        seen.client = *now->second;
        seen.pushed |= seen.client.pushes;
        seen.asked |= seen.client.asks;
        known.insert(seen.client.id);
      } else {
        seen.gone_since = at;
      }
    }
  return known;
}

// Who was once seen taking is a consumer for good; who did anything else is no mere pusher.
void QueueTracker::regroup() {
  const auto move = [](std::vector<SeenClient>& from, std::vector<SeenClient>& to, auto&& which) {
    std::erase_if(from, [&](const SeenClient& seen) {
      const bool moves = !seen.gone_since && which(seen.client);
      if (moves) to.push_back(seen);
      return moves;
    });
  };
  const auto takes = [](const QueueClient& client) { return client.takes; };
  move(history_.pushers, history_.consumers, takes);
  move(history_.pushers, history_.others, does_else);
  move(history_.others, history_.consumers, takes);
}

}  // namespace votebench::watch
