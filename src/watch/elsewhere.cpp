#include "watch/elsewhere.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/counted.h"
#include "core/text.h"

namespace votebench::watch {
namespace {

constexpr const char* kMaybeASideList =
    "; if workers keep there what they have in hand, say so in the target (in_flight)";

std::string name_of(const adapters::QueuePlace& place) {
  return fmt::format("{} '{}' of database {}", place.kind, printable(place.name, 60),
                     place.database);
}

}  // namespace

void ElsewhereCheck::observe(Instant at, const adapters::Elsewhere& look,
                             const std::function<bool(VoterIndex)>& is_stored) {
  std::map<std::string, Room> before = std::exchange(rooms_, {});
  obstacle_.clear();
  assumptions_.clear();
  if (!look.cut_short.empty())
    assumptions_.push_back("votes stand nowhere else on the queue's server (" + look.cut_short +
                           ")");
  for (const adapters::QueuePlace& place : look.places) {
    if (place.own.empty() || std::ranges::any_of(place.own, is_stored)) continue;  // a log
    const std::string name = name_of(place);
    const auto known = before.find(name);
    const bool same = known != before.end() && known->second.votes == place.own;
    const Instant changed_at = same ? known->second.changed_at : at;
    rooms_[name] = {place.own, changed_at};
    const std::string found = fmt::format(
        "{} in {}", counted(place.own.size(), "vote of ours stands", "votes of ours stand"), name);
    if (at - changed_at >= max_hold_)
      assumptions_.push_back(fmt::format("{} and {} parked there: nothing moved them for {}", found,
                                         place.own.size() == 1 ? "is" : "are",
                                         format_duration(max_hold_)));
    else if (obstacle_.empty())
      obstacle_ = found + ": they may still be on their way" +
                  (place.kind == "list" ? kMaybeASideList : "");
  }
}

}  // namespace votebench::watch
