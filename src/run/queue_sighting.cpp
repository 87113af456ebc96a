#include "run/queue_sighting.h"

#include <utility>

#include "core/clock.h"

namespace votebench::run {
namespace {

constexpr std::uint64_t kElements = 1000;
constexpr Nanoseconds kPause = std::chrono::microseconds(200);

}  // namespace

QueueSighting::QueueSighting(std::unique_ptr<adapters::QueueProbe> probe, const VoterIds& ids,
                             bool any_element)
    : probe_(std::move(probe)), ids_(ids), any_element_(any_element) {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    do look();
    while (real_clock().sleep_until(real_clock().now() + kPause, stop));
  });
}

void QueueSighting::look() {
  const auto contents = probe_->contents(ids_, kElements);
  if (!contents) return;  // the preflight's own looks say why
  std::vector<bool> seen = contents->seen_in();
  if (any_element_) {
    const auto lists = contents->all();
    for (std::size_t i = 0; i < lists.size(); ++i) seen[i] = lists[i]->length > 0;
  }
  const std::lock_guard lock(mutex_);
  adapters::add_seen_in(seen_in_, seen);
  if (ids_.book() == nullptr) return;
  remember(contents->list, 0);
  for (std::size_t i = 0; i < contents->in_flight.size(); ++i)
    remember(contents->in_flight[i], 1 + i);
}

void QueueSighting::remember(const adapters::QueueList& list, std::size_t place) {
  for (const std::string& id : list.others)
    if (untold_.size() < kElements) untold_.emplace(id, place);
}

void QueueSighting::look_at_untold() {
  std::erase_if(untold_, [this](const auto& seen) {
    if (ids_.check(seen.first).origin != IdOrigin::own) return false;
    std::vector<bool> lists(seen.second + 1);
    lists[seen.second] = true;
    adapters::add_seen_in(seen_in_, lists);
    return true;
  });
}

std::vector<bool> QueueSighting::seen_in() {
  const std::lock_guard lock(mutex_);
  look_at_untold();
  return seen_in_;
}

}  // namespace votebench::run
