#include "report/attribution.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "core/text.h"

namespace votebench::report {
namespace {

// Zero within the event's window.
Nanoseconds distance(Nanoseconds sent, const RunEvent& event) {
  const Nanoseconds end = event.until.value_or(event.at);
  return std::max({event.at - sent, sent - end, Nanoseconds(0)});
}

bool happened_to_the_target(const RunEvent& event) { return event.name != "sampler-gap"; }

// The number of the nearest event; events.size(): none is near.
std::size_t nearest(Nanoseconds sent, const std::vector<RunEvent>& events) {
  const auto rank = [&](const RunEvent& event) {
    return std::tuple(distance(sent, event), event.kind == EventKind::mark, -event.at);
  };
  std::size_t best = events.size();
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!happened_to_the_target(events[i]) || distance(sent, events[i]) > kNearEvent) continue;
    if (best == events.size() || rank(events[i]) < rank(events[best])) best = i;
  }
  return best;
}

// "7 ms to 94 ms", or one of them where they read the same.
std::string span_text(Nanoseconds from, Nanoseconds to) {
  const std::string first = format_duration(from);
  const std::string last = format_duration(to);
  return first == last ? first : first + " to " + last;
}

}  // namespace

const RunEvent* nearest_event(Nanoseconds sent, const std::vector<RunEvent>& events) {
  const std::size_t near = nearest(sent, events);
  return near == events.size() ? nullptr : &events[near];
}

std::vector<Coincidence> find_coincidences(const std::vector<Finding>& findings,
                                           const std::vector<RunEvent>& events) {
  std::map<std::pair<VoteClass, std::size_t>, Coincidence> found;
  for (const Finding& finding : findings) {
    if (!finding.sent_at) continue;
    const std::size_t near = nearest(*finding.sent_at, events);
    if (near == events.size()) continue;
    const Nanoseconds after = *finding.sent_at - events[near].at;
    const auto [entry, is_new] = found.try_emplace(
        {finding.vote_class, near}, Coincidence{finding.vote_class, events[near], 0, after, after});
    Coincidence& coincidence = entry->second;
    ++coincidence.votes;
    coincidence.first = std::min(coincidence.first, after);
    coincidence.last = std::max(coincidence.last, after);
  }
  std::vector<Coincidence> all;
  for (auto& [key, coincidence] : found) all.push_back(std::move(coincidence));
  std::ranges::stable_sort(all, [](const Coincidence& a, const Coincidence& b) {
    return a.vote_class != b.vote_class ? a.vote_class < b.vote_class : a.votes > b.votes;
  });
  return all;
}

std::string near_text(const Coincidence& near) {
  std::string text;
  if (near.last <= Nanoseconds(0))
    text = fmt::format("{} before {}", span_text(-near.last, -near.first), near.event.name);
  else if (near.first >= Nanoseconds(0))
    text = fmt::format("{} after {}", span_text(near.first, near.last), near.event.name);
  else
    text = fmt::format("from {} before to {} after {}", format_duration(-near.first),
                       format_duration(near.last), near.event.name);
  if (near.event.until && *near.event.until > near.event.at)
    text += fmt::format(" (which lasted {})", format_duration(*near.event.until - near.event.at));
  return text;
}

}  // namespace votebench::report
